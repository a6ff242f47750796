// Every example works as its README says, with the clients that people use.
import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { CloudEvent, HTTP } from 'cloudevents';
import { WebSocket } from 'ws';
import { Hearth, ROOT, failure } from './harness.mjs';

const LARGE_BYTES = 20_000_000;
const EXPRESS_BLOCK_BYTES = 64 * 1024;

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const lines = (...parts) => parts.map((part) => `${part}\n`).join('');

let hearth;
before(async () => (hearth = await Hearth.start(path.join(ROOT, 'examples'))));
after(() => hearth?.stop());

async function text(target, init) {
  const response = await hearth.fetch(target, init);
  const body = await response.text();
  assert.equal(response.status, 200, body);
  return body;
}

test('every function of a folder of functions is announced and served', async () => {
  const names = hearth.ready.functions.map(({ name }) => name).sort();
  const expected = ['chat', 'express', 'fetch', 'hello', 'lambda', 'node-http', 'on-upload', 'typescript'];
  assert.deepEqual(names, expected);
  const { url } = hearth.ready.functions.find(({ name }) => name === 'typescript');
  const greeting = await (await fetch(url)).json();
  assert.equal(greeting.text, 'Hello, World!');
});

test('an unknown function is 404 and the known ones are named', async () => {
  const error = await failure(await hearth.fetch('/expres/'), 404, 'not_found');
  assert.match(error.message, /expres\b.*express.*typescript/s);
});

test('the second request is served by a warm instance', async () => {
  const first = await hearth.fetch('/node-http/');
  assert.match(first.headers.get('x-hearth-start'), /^(zygote|stem|template|warm)$/);
  await first.text();
  const second = await hearth.fetch('/node-http/');
  assert.equal(second.headers.get('x-hearth-start'), 'warm');
  assert.notEqual(second.headers.get('x-hearth-request-id'), first.headers.get('x-hearth-request-id'));
});

describe('node-http', () => {
  test('sees the path below its own name', async () => {
    assert.equal(await text('/node-http/some/path?q=1'), 'Hello from GET /some/path?q=1\n');
  });

  test('is served at <name>.localhost, path untouched', async () => {
    const request = http.get(`${hearth.http}/some/path`, { headers: { host: `node-http.localhost:${hearth.port}` } });
    const [response] = await once(request, 'response');
    assert.equal((await response.toArray()).join(''), 'Hello from GET /some/path\n');
  });
});

describe('express', () => {
  test('answers text and HTML as the client accepts', async () => {
    assert.equal(await text('/express/', { headers: { accept: 'text/plain' } }), 'Hello, World!\n');
    assert.match(await text('/express/', { headers: { accept: 'text/html' } }), /<h1>Hello, World!<\/h1>/);
  });

  test('answers JSON and echoes JSON', async () => {
    assert.deepEqual(JSON.parse(await text('/express/json')), { hello: 'world' });
    const body = JSON.stringify({ a: [1, 'é', null] });
    const headers = { 'content-type': 'application/json' };
    assert.equal(await text('/express/echo', { method: 'POST', headers, body }), body);
  });

  test('its own error responses pass through unchanged', async () => {
    const headers = { 'content-type': 'application/json' };
    const malformed = await hearth.fetch('/express/echo', { method: 'POST', headers, body: '{' });
    assert.equal(malformed.status, 400);
    assert.match(await malformed.text(), /SyntaxError/);
    const missing = await hearth.fetch('/express/nowhere');
    assert.equal(missing.status, 404);
    assert.match(await missing.text(), /Cannot GET \/nowhere/);
  });

  test('a 20 MB request body arrives whole', async () => {
    const body = randomBytes(LARGE_BYTES);
    assert.equal(await text('/express/sha256', { method: 'POST', body }), lines(sha256(body)));
  });

  test('a 20 MB response body arrives whole', async () => {
    const response = await hearth.fetch(`/express/big?bytes=${LARGE_BYTES}`);
    const body = Buffer.from(await response.arrayBuffer());
    const blocks = Array.from({ length: Math.ceil(LARGE_BYTES / EXPRESS_BLOCK_BYTES) }, (_, n) =>
      Buffer.alloc(EXPRESS_BLOCK_BYTES, n % 256));
    const expected = Buffer.concat(blocks, LARGE_BYTES);
    assert.equal(body.length, LARGE_BYTES);
    assert.equal(sha256(body), sha256(expected));
  });

  test('may take its time', async () => {
    assert.equal(await text('/express/slow?ms=20'), 'took 20 ms\n');
  });

  test('HEAD has the headers of GET and no body', async () => {
    const response = await hearth.fetch('/express/json', { method: 'HEAD' });
    assert.equal(response.headers.get('content-length'), String('{"hello":"world"}'.length));
    assert.equal(await response.text(), '');
  });
});

describe('lambda', () => {
  test('returns JSON, with its npm dependency, and logs', async () => {
    const response = await hearth.invoke('lambda', { items: [{ price: 3, quantity: 2 }, { price: 1 }] });
    assert.equal(response.status, 200);
    const { id, total } = await response.json();
    assert.match(id, /^[\w-]{21}$/);
    assert.equal(total, 7);
    const requestId = response.headers.get('x-amzn-requestid');
    const line = await hearth.waitForLog(`order ${id} from request ${requestId}: 2 items`);
    assert.equal(line.function, 'lambda');
    assert.equal(line.request_id, requestId);
  });

  test('a throw is reported, and the next event is served', async () => {
    const response = await hearth.invoke('lambda', { fail: 'out of stock' });
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('x-amz-function-error'), 'Unhandled');
    const { errorType, errorMessage, trace } = await response.json();
    assert.deepEqual([errorType, errorMessage], ['Error', 'out of stock']);
    assert.match(trace.join('\n'), /^Error: out of stock\n    at .*index\.mjs:4:/);
    assert.equal((await (await hearth.invoke('lambda')).json()).total, 0);
  });
});

describe('fetch', () => {
  test('has [env] as env', async () => {
    assert.equal(await text('/fetch/?name=Ada'), 'Hello, Ada!\n');
  });

  test('sees method and headers', async () => {
    const seen = JSON.parse(await text('/fetch/json', { headers: { 'x-test': 'a', accept: 'application/json' } }));
    assert.equal(seen.method, 'GET');
    assert.equal(seen.headers['x-test'], 'a');
    assert.equal(seen.headers.host, `127.0.0.1:${hearth.port}`);
  });

  test('streams a response', async () => {
    assert.equal(await text('/fetch/stream'), lines('tick 1', 'tick 2', 'tick 3'));
  });

  test('bodies stream both ways: each chunk comes back before the next is sent', async () => {
    // Not fetch(), which may wait with the response until the request is sent.
    const request = http.request(`${hearth.http}/fetch/echo`, { method: 'POST' });
    request.write('first');
    const [response] = await once(request, 'response');
    const chunks = response.setEncoding('utf8').iterator();
    assert.equal((await chunks.next()).value, 'first');
    request.write('second');
    assert.equal((await chunks.next()).value, 'second');
    request.end('third');
    assert.equal((await chunks.next()).value, 'third');
    assert.equal((await chunks.next()).done, true);
  });

  test('20 MB go both ways at once and arrive whole', async () => {
    const body = randomBytes(LARGE_BYTES);
    const response = await hearth.fetch('/fetch/echo', { method: 'POST', body });
    const echoed = Buffer.from(await response.arrayBuffer());
    assert.equal(echoed.length, body.length);
    assert.equal(sha256(echoed), sha256(body));
  });

  test('ctx.waitUntil goes on after the response', async () => {
    const response = await hearth.fetch('/fetch/jobs', { method: 'POST', body: 'report' });
    assert.equal(response.status, 202);
    await response.text();
    await hearth.waitForLog('done: report');
  });
});

describe('gcf', () => {
  test('the HTTP function answers', async () => {
    assert.equal(await text('/hello/?name=Ada'), 'Hello, Ada!\n');
    const headers = { 'content-type': 'application/json' };
    assert.equal(await text('/hello/', { method: 'POST', headers, body: '{"name":"Grace"}' }), 'Hello, Grace!\n');
  });

  for (const mode of ['binary', 'structured']) {
    test(`the CloudEvent function takes an event in ${mode} mode`, async () => {
      const event = new CloudEvent({
        id: randomUUID(),
        source: '//storage.example/uploads',
        type: 'google.cloud.storage.object.v1.finalized',
        data: { bucket: 'uploads', name: 'cat.png' },
      });
      const response = await hearth.fetch('/on-upload/', { method: 'POST', ...HTTP[mode](event) });
      assert.equal(response.status, 204);
      const line = await hearth.waitForLog(`${event.type} ${event.id}: uploads/cat.png`);
      assert.equal(line.function, 'on-upload');
    });
  }
});

describe('chat', () => {
  const opened = async (url, options) => {
    const socket = new WebSocket(url, options);
    await once(socket, 'open');
    return socket;
  };

  test('serves its page', async () => {
    assert.match(await text('/chat/'), /<title>Chat<\/title>/);
  });

  test('a message reaches everyone, under /chat/ and at chat.localhost', async () => {
    const byPath = await opened(`ws://127.0.0.1:${hearth.port}/chat/`);
    const host = `chat.localhost:${hearth.port}`;
    const byHost = await opened(`ws://127.0.0.1:${hearth.port}/`, { headers: { host } });
    const message = JSON.stringify({ name: 'Ada', text: 'hello' });
    const received = [byPath, byHost].map((socket) => once(socket, 'message'));
    byPath.send(message);
    for (const [data, binary] of await Promise.all(received)) {
      assert.equal(binary, false);
      assert.equal(data.toString(), message);
    }
    const closed = once(byHost, 'close');
    byHost.close(1000, 'bye');
    assert.equal((await closed)[0], 1000);
    byPath.close();
    await once(byPath, 'close');
  });

  test('the page goes on being served while sockets are open', async () => {
    const socket = await opened(`ws://127.0.0.1:${hearth.port}/chat/`);
    assert.match(await text('/chat/'), /<title>Chat<\/title>/);
    socket.close();
    await once(socket, 'close');
  });
});

test('typescript: types are stripped and imports of types and of .ts files work', async () => {
  const greeting = JSON.parse(await text('/typescript/?name=Ada&language=fr'));
  assert.deepEqual(greeting, { text: 'Bonjour, Ada!', language: 'fr' });
});
