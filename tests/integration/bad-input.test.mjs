// What people get wrong, and what functions do wrong: each has a message that says what happened, where, and what to
// do, and none disturbs the next request.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Hearth, failure, fixture, processOf, within } from './harness.mjs';

const EXIT_USAGE = 2;
const CLOSE_GUARD_MS = 10_000;

const HEALTHY = 'export default { fetch: async (request) => new Response(`ok ${await request.text()}`) };\n';

describe('the command line', () => {
  test('a missing folder', async () => {
    const missing = path.join(fixture({}), 'nowhere');
    const { code, message } = await Hearth.fail(missing);
    assert.equal(code, EXIT_USAGE);
    assert.ok(message.includes(missing), message);
  });

  test('a folder without a function', async () => {
    const folder = fixture({ 'notes/readme.txt': 'nothing here' });
    const { code, message } = await Hearth.fail(folder);
    assert.equal(code, EXIT_USAGE);
    assert.match(message, /no function/);
    assert.ok(message.includes(folder), message);
  });

  test('a port in use', async () => {
    const squatter = net.createServer().listen(0, '127.0.0.1');
    await once(squatter, 'listening');
    const { port } = squatter.address();
    const { code, message } = await Hearth.fail(fixture({ 'fn/index.mjs': HEALTHY }), { port });
    squatter.close();
    assert.notEqual(code, 0);
    assert.match(message, new RegExp(`port ${port} is in use.*--port`));
  });

  for (const [what, toml, expected] of [
    ['an unknown key', '[limits]\ntimout = "3s"\n', /hearth\.toml:2.*timout.*did you mean.*timeout/s],
    ['an unknown section', '[limit]\ntimeout = "3s"\n', /hearth\.toml:1.*limit.*did you mean.*limits/s],
    ['an unknown kind', 'kind = "lamda"\n', /hearth\.toml:1.*lamda.*did you mean.*lambda/s],
    ['a value of another unit', '[limits]\nmemory = "3s"\n', /hearth\.toml:2.*memory.*3s/s],
    ['broken TOML', '[limits\n', /hearth\.toml:1/],
  ]) {
    test(`hearth.toml with ${what}`, async () => {
      const { code, message } = await Hearth.fail(fixture({ 'fn/index.mjs': HEALTHY, 'fn/hearth.toml': toml }));
      assert.equal(code, EXIT_USAGE);
      assert.match(message, expected);
    });
  }
});

describe('a function that cannot be loaded is 502 and says why', () => {
  let hearth;
  before(async () => {
    hearth = await Hearth.start(fixture({
      'exports-nothing/index.mjs': 'export const answer = 42;\n',
      'syntax-error/index.js': 'const a = 1;\n\nconst b = ;\n',
      'syntax-error-esm/index.mjs': 'export default {\n  fetch() { return new Response(; }\n};\n',
      'throws/index.js': 'throw new RangeError("no database");\n',
      'rejects/index.mjs': 'await Promise.reject(new RangeError("no database"));\n',
      'missing-module/index.js': 'require("left-padd");\nexports.handler = async () => null;\n',
      'not-a-function/index.js': 'exports.handler = 42;\n',
      'callback/index.js': 'exports.handler = (event, context, callback) => callback(null, 42);\n',
      'exits/index.js': 'process.exit(7);\n',
      'never-loads/index.mjs': 'await new Promise(() => {});\n',
      'loads-slowly/index.mjs': 'await new Promise((resolve) => setTimeout(resolve, 60_000));\n',
      'loads-slowly/hearth.toml': '[limits]\ninit = "300ms"\n',
      'healthy/index.mjs': HEALTHY,
    }));
  });
  after(() => hearth?.stop());

  for (const [name, expected, outcome = 'init_failed'] of [
    ['exports-nothing', /no handler.*index\.mjs.*export default \{ fetch \}.*handler.*listen/s],
    ['syntax-error', /syntax-error\/index\.js:3\nconst b = ;\n +\^/],
    ['syntax-error-esm', /syntax-error-esm\/index\.mjs:2\n  fetch\(\) \{ return new Response\(; \}\n +\^/],
    ['throws', /no database/],
    ['rejects', /no database/],
    ['missing-module', /Cannot find module 'left-padd'/],
    ['not-a-function', /index\.handler is not a function/],
    ['callback', /callback-based function handlers/],
    ['exits', /process\.exit\(7\)/],
    ['never-loads', /index\.mjs never settles/],
    ['loads-slowly', /limits\.init.*300ms/, 'init_timeout'],
  ]) {
    test(name, async () => {
      const error = await failure(await hearth.fetch(`/${name}/`), 502, outcome);
      assert.match(error.message, expected);
    });
  }

  test('the error\'s own type is kept', async () => {
    const types = ['throws', 'rejects', 'syntax-error'].map(async (name) =>
      (await failure(await hearth.fetch(`/${name}/`), 502, 'init_failed')).type);
    assert.deepEqual(await Promise.all(types), ['RangeError', 'RangeError', 'SyntaxError']);
  });

  test('the others are not disturbed', async () => {
    assert.equal(await (await hearth.fetch('/healthy/')).text(), 'ok ');
  });
});

const MISBEHAVING = `
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
      await new Promise(setImmediate);
    }
  },
};

export default {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === '/no-response') return undefined;
    return new Response(String(await routes[pathname]()));
  },
};
`;

const LARGE = `
async function* halves(count) {
  const half = new TextEncoder().encode('x'.repeat(512));
  for (let n = 0; n < count; n++) {
    yield half;
    await new Promise(setImmediate);
  }
}

export default {
  async fetch(request) {
    if (request.method === 'POST') return new Response(String((await request.text()).length));
    const stream = request.url.endsWith('/stream');
    return new Response(stream ? ReadableStream.from(halves(3)) : 'x'.repeat(1025));
  },
};
`;

const FLOOD = `
export default {
  fetch(request) {
    const lines = request.url.endsWith('/calm') ? 1 : 1000;
    for (let n = 0; n < lines; n++) console.log('line ' + n);
    return new Response('ok');
  },
};
`;

describe('a function that misbehaves', () => {
  let hearth;
  before(async () => {
    hearth = await Hearth.start(fixture({
      'bad/index.mjs': MISBEHAVING,
      'hasty/index.mjs': MISBEHAVING,
      'hasty/hearth.toml': '[limits]\ntimeout = "500ms"\n',
      'small/index.mjs': MISBEHAVING,
      'small/hearth.toml': '[limits]\nmemory = "128MB"\n',
      'stuck/index.mjs': 'export const handler = () => new Promise(() => {});\n',
      'flood/index.mjs': FLOOD,
      'flood/hearth.toml': '[limits]\nlog = "1KB"\n',
      'wide/index.mjs': 'export const handler = ({ bytes }) => "x".repeat(bytes - 2);\n',
      'wide/hearth.toml': '[limits]\nresponse = "1KB"\n',
      'large/index.mjs': LARGE,
      'large/hearth.toml': '[limits]\nrequest = "1KB"\nresponse = "1KB"\n',
    }));
  });
  after(() => hearth?.stop());

  const body = async (target, init) => (await hearth.fetch(target, init)).text();

  for (const [target, status, outcome, expected] of [
    ['/bad/exit', 502, 'instance_exited', /process\.exit\(3\)/],
    ['/bad/abort', 502, 'instance_killed', /SIGABRT/],
    ['/bad/throw-later', 502, 'instance_exited', /uncaught.*RangeError: bad timer/],
    ['/bad/reject-later', 502, 'instance_exited', /uncaught.*RangeError: bad promise/],
    ['/hasty/hang', 504, 'timeout', /limits\.timeout.*500ms/],
    ['/hasty/spin', 504, 'timeout', /limits\.timeout.*500ms/],
    ['/small/fill-heap', 502, 'memory_exceeded', /limits\.memory.*128MB/],
    ['/small/fill-buffers', 502, 'memory_exceeded', /limits\.memory.*128MB/],
  ]) {
    test(`${target} is ${status} ${outcome}, and the next request is served`, async () => {
      const error = await failure(await hearth.fetch(target), status, outcome);
      assert.match(error.message, expected);
      assert.equal(await body(`/${target.split('/')[1]}/`), 'ok');
    });
  }

  test('an instance killed from outside is 502 and names the signal', async () => {
    const pid = processOf(hearth, 'bad', Number(await body('/bad/pid')));
    const pending = hearth.fetch('/bad/hang');
    await hearth.waitForLine((line) => line.function === 'bad' && line.message === 'hanging');
    process.kill(pid, 'SIGKILL');
    const error = await failure(await pending, 502, 'instance_killed');
    assert.match(error.message, /SIGKILL/);
    assert.equal(await body('/bad/'), 'ok');
  });

  for (const [target, type, expected] of [
    ['/bad/throw', 'RangeError', /bad luck/],
    ['/bad/no-response', 'TypeError', /did not return a Response/],
  ]) {
    test(`${target} is the function's error, and its instance lives on`, async () => {
      const pid = await body('/bad/pid');
      const error = await failure(await hearth.fetch(target), 500, 'function_error');
      assert.equal(error.type, type);
      assert.match(error.message, expected);
      assert.equal(await body('/bad/pid'), pid);
    });
  }

  test('a promise that never settles fails at once, not when the time is up', async () => {
    const response = await hearth.invoke('stuck');
    assert.equal(response.headers.get('x-amz-function-error'), 'Unhandled');
    // To AWS's clients in AWS's words, on the terminal in ours.
    assert.match((await response.json()).errorMessage, /Runtime exited without providing a reason/);
    const line = await hearth.waitForLine((entry) => entry.event === 'invocation' && entry.function === 'stuck');
    assert.match(line.error.message, /never settles/);
  });

  test('an event\'s result over limits.response is Function.ResponseSizeTooLarge', async () => {
    const whole = await hearth.invoke('wide', { bytes: 1024 });
    assert.equal(whole.headers.get('x-amz-function-error'), null);
    assert.equal((await whole.text()).length, 1024);
    const over = await hearth.invoke('wide', { bytes: 1025 });
    assert.equal(over.headers.get('x-amz-function-error'), 'Unhandled');
    assert.equal((await over.json()).errorType, 'Function.ResponseSizeTooLarge');
    const line = await hearth.waitForLine((entry) => entry.event === 'invocation' && entry.function === 'wide');
    assert.equal(line.outcome, 'response_too_large');
    assert.match(line.error.message, /limits\.response = 1KB/);
  });

  test('a log flood ends with one marker, and the request is answered', async () => {
    const response = await hearth.fetch('/flood/');
    assert.equal(await response.text(), 'ok');
    const calm = await hearth.fetch('/flood/calm');
    await hearth.waitForLog('line 0', calm.headers.get('x-hearth-request-id'));

    const requestId = response.headers.get('x-hearth-request-id');
    const logged = hearth.lines.filter((line) => line.event === 'log' && line.request_id === requestId);
    const marker = logged.pop();
    assert.match(marker.message, /limits\.log.*1KB/);
    const kept = logged.map(({ message }) => message);
    assert.deepEqual(kept, kept.map((_, n) => `line ${n}`));
    assert.ok(kept.length > 0 && Buffer.byteLength(kept.join('\n')) <= 1024, `${kept.length} lines`);
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

  for (const [what, oversized] of [
    ['with a length', () => 'x'.repeat(1025)],
    ['in chunks', () => ReadableStream.from([new Uint8Array(1000), new Uint8Array(1000)])],
  ]) {
    test(`a request over limits.request, ${what}, is 413`, async () => {
      const response = await hearth.fetch('/large/', { method: 'POST', body: oversized(), duplex: 'half' });
      const error = await failure(response, 413, 'request_too_large');
      assert.match(error.message, /limits\.request.*1KB/);
    });
  }

  test('a request of exactly limits.request is served', async () => {
    assert.equal(await body('/large/', { method: 'POST', body: 'x'.repeat(1024) }), '1024');
  });
});

describe('HTTP that is none', () => {
  let hearth;
  before(async () => {
    hearth = await Hearth.start(fixture({ 'one/index.mjs': HEALTHY, 'two/index.mjs': HEALTHY }));
  });
  after(() => hearth?.stop());

  // Sends the bytes on a connection of their own and gives what comes back until hearth closes it. A reset is a close:
  // hearth need not read on.
  async function exchange(bytes) {
    let received = '';
    const socket = net.connect(hearth.port, '127.0.0.1');
    socket.setEncoding('latin1').on('data', (text) => (received += text)).on('error', () => {});
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.write(bytes);
    await within(CLOSE_GUARD_MS, closed, () => `the connection stays open after ${JSON.stringify(received)}`);
    return received;
  }

  const post = (...headers) => ['POST /one/ HTTP/1.1', 'Host: localhost', ...headers, '', ''].join('\r\n');

  for (const [what, bytes] of [
    ['a line of noise', 'how do you do\r\n\r\n'],
    ['a TLS hello', Buffer.from('1603010004010000000d0a0d0a', 'hex')],
    ['a blank before a header\'s colon', `${post('Content-Length : 2')}hi`],
    ['two lengths', `${post('Content-Length: 2', 'Content-Length: 3')}hi!`],
    ['both a length and chunks', `${post('Content-Length: 5', 'Transfer-Encoding: chunked')}0\r\n\r\n`],
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

  test('the next request is served', async () => {
    const response = await hearth.fetch('/one/', { method: 'POST', body: 'and well' });
    assert.equal(await response.text(), 'ok and well');
  });
});
