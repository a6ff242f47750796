// What people get wrong, and what functions do wrong: each has a message that says what happened, where, and what to do,
// and none disturbs the next request.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Hearth, failure, fixture } from './harness.mjs';

const EXIT_USAGE = 2;

describe('the command line', () => {
  test('a missing folder', async () => {
    const missing = path.join(fixture({}), 'nowhere');
    const { code, errors } = await Hearth.run(['dev', missing, '--json']);
    assert.equal(code, EXIT_USAGE);
    assert.match(errors.join('\n'), new RegExp(`${missing}.*(not exist|not found|no such)`, 'i'));
  });

  test('a folder without a function', async () => {
    const empty = fixture({ 'notes/readme.txt': 'nothing here' });
    const { code, errors } = await Hearth.run(['dev', empty, '--json']);
    assert.equal(code, EXIT_USAGE);
    assert.match(errors.join('\n'), new RegExp(`no function.*${empty}|${empty}.*no function`, 'i'));
  });

  test('a port in use', async () => {
    const folder = fixture({ 'ok/index.mjs': 'export const handler = async () => null;' });
    const squatter = net.createServer().listen(0, '127.0.0.1');
    await once(squatter, 'listening');
    const { port } = squatter.address();
    const { code, errors } = await Hearth.run(['dev', folder, '--json', '--port', `${port}`]);
    squatter.close();
    assert.notEqual(code, 0);
    assert.match(errors.join('\n'), new RegExp(`port ${port} is in use.*--port`));
  });

  for (const [what, toml, message] of [
    ['an unknown key', '[limits]\ntimout = "3s"\n', /hearth\.toml:2.*timout.*did you mean.*timeout/s],
    ['an unknown section', '[limit]\ntimeout = "3s"\n', /hearth\.toml:1.*limit.*did you mean.*limits/s],
    ['a value of the wrong unit', '[limits]\nmemory = "3s"\n', /hearth\.toml:2.*memory.*3s/s],
    ['an unknown kind', 'kind = "lamda"\n', /hearth\.toml:1.*lamda.*did you mean.*lambda/s],
    ['broken TOML', '[limits\n', /hearth\.toml:1/],
  ]) {
    test(`hearth.toml with ${what}`, async () => {
      const folder = fixture({ 'fn/index.mjs': 'export const handler = async () => null;', 'fn/hearth.toml': toml });
      const { code, errors } = await Hearth.run(['dev', path.join(folder, 'fn'), '--json']);
      assert.equal(code, EXIT_USAGE);
      assert.match(errors.join('\n'), message);
    });
  }
});

describe('functions that cannot be loaded', () => {
  let hearth;
  before(async () => {
    hearth = await Hearth.start([fixture({
      'exports-nothing/index.mjs': 'export const answer = 42;\n',
      'syntax-error/index.js': 'const a = 1;\n\nfunction broken( {\n  return a;\n}\n',
      'syntax-error-esm/index.mjs': 'export default {\n  fetch() { return new Response(; }\n};\n',
      'throws/index.js': 'throw new RangeError("no database");\n',
      'rejects/index.mjs': 'await Promise.reject(new RangeError("no database"));\n',
      'missing-module/index.js': 'require("left-padd");\nexports.handler = async () => null;\n',
      'not-a-function/index.js': 'exports.handler = 42;\n',
      'exits/index.js': 'process.exit(7);\n',
      'never-loads/index.mjs': 'await new Promise(() => {});\n',
      'init-timeout/index.mjs': 'await new Promise((resolve) => setTimeout(resolve, 60_000));\n',
      'init-timeout/hearth.toml': '[limits]\ninit = "300ms"\n',
      'healthy/index.mjs': 'export default { fetch: () => new Response("ok") };\n',
    })]);
  });
  after(() => hearth.stop());

  for (const [name, type, message] of [
    ['exports-nothing', 'Hearth.HandlerNotFound', /no handler.*index\.mjs.*export default \{ fetch \}.*handler.*listen/s],
    ['syntax-error', 'SyntaxError', /syntax-error\/index\.js:3\nfunction broken\( \{\n.*\^/s],
    ['syntax-error-esm', 'SyntaxError', /syntax-error-esm\/index\.mjs:2\n.*new Response\(; \}\n.*\^/s],
    ['throws', 'RangeError', /no database/],
    ['rejects', 'RangeError', /no database/],
    ['missing-module', 'Error', /Cannot find module 'left-padd'/],
    ['not-a-function', 'Runtime.HandlerNotFound', /index\.handler is not a function/],
    ['exits', 'Hearth.ProcessExit', /process\.exit\(7\)/],
    ['never-loads', 'Hearth.NeverInitialised', /index\.mjs never settles/],
    ['init-timeout', 'Hearth.InitTimeout', /limits\.init.*300ms/],
  ]) {
    test(name, async () => {
      const error = await failure(await hearth.fetch(`/${name}/`), 502, 'init_failed');
      assert.equal(error.type, type);
      assert.match(error.message, message);
    });
  }

  test('do not disturb the others', async () => {
    assert.equal(await (await hearth.fetch('/healthy/')).text(), 'ok');
  });
});

// One function misbehaves by path; every test ends with a request that is answered.
const MISBEHAVING = `
import { setTimeout as sleep } from 'node:timers/promises';

const routes = {
  '/': () => 'ok',
  '/pid': () => process.pid,
  '/hang': () => {
    console.log('hanging');
    return new Promise(() => {});
  },
  '/spin': () => { for (;;); },
  '/exit': () => process.exit(3),
  '/abort': () => process.abort(),
  '/throw': () => { throw new RangeError('bad luck'); },
  '/throw-later': () => new Promise(() => setTimeout(() => { throw new RangeError('bad timer'); })),
  '/reject-later': () => new Promise(() => { Promise.reject(new RangeError('bad promise')); }),
  '/fill-heap': () => {
    const kept = [];
    for (;;) kept.push({ index: kept.length, text: 'x'.repeat(16) + kept.length });
  },
  '/fill-buffers': async () => {
    const kept = [];
    for (;;) {
      kept.push(Buffer.alloc(8 << 20, 1));
      await sleep(0);
    }
  },
  '/no-response': () => undefined,
};

export default {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    const body = await routes[pathname]();
    return pathname === '/no-response' ? body : new Response(String(body));
  },
};
`;

describe('functions that misbehave', () => {
  let hearth;
  before(async () => {
    hearth = await Hearth.start([fixture({
      'bad/index.mjs': MISBEHAVING,
      'bad/hearth.toml': '[limits]\ntimeout = "1s"\nmemory = "128MB"\n',
      'patient/index.mjs': MISBEHAVING,
      'stuck/index.mjs': 'export const handler = () => new Promise(() => {});\n',
      'flood/index.mjs': `
        export default {
          fetch(request) {
            if (request.method === 'GET') for (let n = 0; n < 1000; n++) console.log('line ' + n);
            else console.log('calm');
            return new Response('ok');
          },
        };`,
      'flood/hearth.toml': '[limits]\nlog = "1KB"\n',
      'large/index.mjs': `
        export default {
          async fetch(request) {
            if (request.method === 'POST') return new Response((await request.text()).length);
            if (!request.url.endsWith('/stream')) return new Response('x'.repeat(1025));
            return new Response(ReadableStream.from((async function* () {
              const chunk = new TextEncoder().encode('x'.repeat(512));
              for (let n = 0; n < 3; n++) {
                yield chunk;
                await new Promise(setImmediate);
              }
            })()));
          },
        };`,
      'large/hearth.toml': '[limits]\nrequest = "1KB"\nresponse = "1KB"\n',
    })]);
  });
  after(() => hearth.stop());

  const recovers = async (name) => assert.equal(await (await hearth.fetch(`/${name}/`)).text(), 'ok');

  for (const [target, status, outcome, message] of [
    ['/patient/exit', 502, 'instance_exited', /process\.exit\(3\)/],
    ['/patient/abort', 502, 'instance_killed', /SIGABRT/],
    ['/patient/throw-later', 502, 'instance_exited', /uncaught.*RangeError: bad timer/],
    ['/patient/reject-later', 502, 'instance_exited', /uncaught.*RangeError: bad promise/],
    ['/bad/hang', 504, 'timeout', /limits\.timeout.*1s/],
    ['/bad/spin', 504, 'timeout', /limits\.timeout.*1s/],
    ['/bad/fill-heap', 502, 'memory_exceeded', /limits\.memory.*128MB/],
    ['/bad/fill-buffers', 502, 'memory_exceeded', /limits\.memory.*128MB/],
  ]) {
    test(`${target} is ${status} ${outcome}, and the next request is served`, async () => {
      const error = await failure(await hearth.fetch(target), status, outcome);
      assert.match(error.message, message);
      await recovers(target.split('/')[1]);
    });
  }

  test('an instance killed from outside is 502 and names the signal', async () => {
    const pid = Number(await (await hearth.fetch('/patient/pid')).text());
    const pending = hearth.fetch('/patient/hang');
    await hearth.waitForLog('hanging', undefined);
    process.kill(pid, 'SIGKILL');
    const error = await failure(await pending, 502, 'instance_killed');
    assert.match(error.message, /SIGKILL/);
    await recovers('patient');
  });

  for (const [target, type, message] of [
    ['/patient/throw', 'RangeError', /bad luck/],
    ['/patient/no-response', 'TypeError', /did not return a Response/],
  ]) {
    test(`${target} is the function's error, and its instance lives on`, async () => {
      const before = await (await hearth.fetch('/patient/pid')).text();
      const error = await failure(await hearth.fetch(target), 500, 'function_error');
      assert.equal(error.type, type);
      assert.match(error.message, message);
      assert.equal(await (await hearth.fetch('/patient/pid')).text(), before);
    });
  }

  test('a promise that never settles fails at once, not at the time-out', async () => {
    const response = await hearth.invoke('stuck');
    assert.equal(response.headers.get('x-amz-function-error'), 'Unhandled');
    assert.match((await response.json()).errorMessage, /never settles/);
  });

  test('a log flood is cut with one marker, and the request is answered', async () => {
    const response = await hearth.fetch('/flood/');
    assert.equal(await response.text(), 'ok');
    const requestId = response.headers.get('x-hearth-request-id');
    await hearth.fetch('/flood/', { method: 'POST' });
    await hearth.waitForLog('calm');
    const logged = hearth.lines.filter((line) => line.event === 'log' && line.request_id === requestId);
    const markers = logged.filter(({ message }) => message.includes('limits.log'));
    assert.equal(markers.length, 1);
    assert.match(markers[0].message, /1KB/);
    assert.equal(logged.at(-1), markers[0]);
    const kept = logged.slice(0, -1);
    assert.ok(kept.length > 0 && kept.every(({ message }, n) => message === `line ${n}`));
    assert.ok(Buffer.byteLength(kept.map(({ message }) => message).join('\n')) <= 1024);
  });

  test('a response over limits.response is 502', async () => {
    const error = await failure(await hearth.fetch('/large/'), 502, 'response_too_large');
    assert.match(error.message, /limits\.response.*1KB/);
  });

  test('a streamed response over limits.response is broken off, not ended', async () => {
    const response = await hearth.fetch('/large/stream');
    assert.equal(response.status, 200);
    await assert.rejects(response.text(), { name: 'TypeError', message: 'terminated' });
  });

  for (const [what, body] of [
    ['with a length', () => 'x'.repeat(1025)],
    ['in chunks', () => ReadableStream.from([new Uint8Array(1000), new Uint8Array(1000)])],
  ]) {
    test(`a request over limits.request, ${what}, is 413`, async () => {
      const response = await hearth.fetch('/large/', { method: 'POST', body: body(), duplex: 'half' });
      const error = await failure(response, 413, 'request_too_large');
      assert.match(error.message, /limits\.request.*1KB/);
    });
  }

  test('a request of exactly limits.request is served', async () => {
    const response = await hearth.fetch('/large/', { method: 'POST', body: 'x'.repeat(1024) });
    assert.equal(await response.text(), '1024');
  });
});

describe('HTTP that is not', () => {
  let hearth;
  before(async () => {
    hearth = await Hearth.start([fixture({
      'one/index.mjs': 'export default { fetch: async (request) => new Response(await request.text()) };\n',
      'two/index.mjs': 'export const handler = async () => null;\n',
    })]);
  });
  after(() => hearth.stop());

  // Sends the bytes on a connection of their own and gives what comes back until hearth closes it.
  async function exchange(bytes) {
    const socket = net.connect(hearth.port, '127.0.0.1');
    socket.write(bytes);
    return (await socket.toArray()).join('');
  }

  const post = (...headers) => ['POST /one/ HTTP/1.1', 'Host: localhost', ...headers, '', ''].join('\r\n');

  for (const [what, bytes] of [
    ['a line of noise', 'how do you do\r\n\r\n'],
    ['a TLS hello', Buffer.from([0x16, 3, 1, 0, 4, 1, 0, 0, 0, 0x0d, 0x0a, 0x0d, 0x0a])],
    ['a blank before a header\'s colon', post('Content-Length : 2') + 'hi'],
    ['two lengths', post('Content-Length: 2', 'Content-Length: 3') + 'hi!'],
    ['both a length and chunks', post('Content-Length: 5', 'Transfer-Encoding: chunked') + '0\r\n\r\n'],
    ['a negative length', post('Content-Length: -1')],
  ]) {
    test(`${what} is 400 and the connection is closed`, async () => {
      assert.match(await exchange(bytes), /^HTTP\/1\.1 400 /);
    });
  }

  test('oversized headers are 431 and the connection is closed', async () => {
    assert.match(await exchange(post(`X-Large: ${'x'.repeat(128 * 1024)}`)), /^HTTP\/1\.1 431 /);
  });

  test('an unknown function is 404 and the known ones are named', async () => {
    const error = await failure(await hearth.fetch('/three/'), 404, 'not_found');
    assert.match(error.message, /three.*one.*two/s);
  });

  test('an absurd path is 404', async () => {
    for (const target of ['/%00/', '/%2e%2e/%2e%2e/etc/passwd', `/${'x'.repeat(10_000)}/`]) {
      await failure(await hearth.fetch(target), 404, 'not_found');
    }
  });

  test('the next request is served', async () => {
    assert.equal(await (await hearth.fetch('/one/', { method: 'POST', body: 'ok' })).text(), 'ok');
  });
});
