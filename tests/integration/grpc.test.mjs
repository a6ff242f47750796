// The gRPC API, with a client made from the published proto.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { Client, credentials, loadPackageDefinition, status } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { Hearth, ROOT, fixture } from './harness.mjs';

const DEADLINE_MS = 300;

const FUNCTIONS = {
  'event/index.mjs': `
    export const handler = async (event) => {
      console.log('event', JSON.stringify(event));
      if (event.throw) throw new RangeError(event.throw);
      return { received: event };
    };`,
  // One instance at most: it can serve again only if the cancelled invocation has let go of it.
  'stuck/hearth.toml': '[scaling]\nmax_instances = 1\n',
  'stuck/index.mjs': `
    export const handler = async (event) => {
      if (event.wait) await new Promise(() => setInterval(() => {}, 1000));
      return 'free';
    };`,
  'web/index.mjs': `
    export default {
      async fetch(request) {
        const { pathname, search } = new URL(request.url);
        if (pathname === '/throw') throw new TypeError('bad route');
        if (pathname === '/echo') return new Response(request.body);
        if (pathname === '/wait') {
          console.log('waiting' + search);
          await new Promise((resolve) => request.signal.addEventListener('abort', resolve));
          console.log('aborted' + search);
        }
        const headers = { 'x-method': request.method, 'x-sent': request.headers.get('x-sent') ?? '' };
        headers['x-type'] = request.headers.get('content-type') ?? '';
        return new Response(pathname + search + await request.text(), { status: 201, headers });
      },
    };`,
};

let hearth;
let client;
let invoke;
before(async () => {
  hearth = await Hearth.start(fixture(FUNCTIONS));
  const definition = loadSync('hearth/v1/invoker.proto', {
    includeDirs: [path.join(ROOT, 'proto')], defaults: true, enums: String, longs: Number, oneofs: true,
  });
  const { Invoker } = loadPackageDefinition(definition).hearth.v1;
  client = new Invoker(hearth.ready.grpc, credentials.createInsecure());
  invoke = promisify(client.invoke.bind(client));
});
after(() => {
  client?.close();
  return hearth?.stop();
});

const event = (value) => Buffer.from(JSON.stringify(value));
const headersOf = ({ headers }) => Object.fromEntries(headers.map(({ name, value }) => [name.toLowerCase(), value]));
const milliseconds = ({ seconds, nanos }) => seconds * 1e3 + nanos / 1e6;

test('runs an event function and reports what it took', async () => {
  const response = await invoke({ function: 'event', payload: event({ a: 1 }), logTail: true });
  assert.equal(response.outcome, 'OUTCOME_OK');
  assert.deepEqual(JSON.parse(response.payload), { received: { a: 1 } });
  assert.equal(response.error, null);
  assert.equal(response.http, null);
  assert.match(response.logTail.toString(), /event {"a":1}/);
  const { report } = response;
  assert.match(report.instance, /^event-\d+$/);
  assert.match(report.start, /^(zygote|stem|template|warm)$/);
  assert.ok(milliseconds(report.run) > 0);
  assert.ok(report.peakMemoryBytes > 1e6);
  const line = await hearth.waitForLog('event {"a":1}', report.requestId);
  assert.equal(line.instance, report.instance);
});

test('the next invocation is warm: same instance, no init', async () => {
  const first = await invoke({ function: 'event' });
  const second = await invoke({ function: 'event' });
  assert.deepEqual(JSON.parse(second.payload), { received: {} });
  assert.equal(second.report.start, 'warm');
  assert.equal(second.report.instance, first.report.instance);
  assert.equal(second.report.init, null);
  assert.notEqual(second.report.requestId, first.report.requestId);
});

test('runs an HTTP function', async () => {
  const response = await invoke({
    function: 'web',
    payload: Buffer.from('!'),
    contentType: 'text/plain',
    http: { method: 'PUT', path: '/a/b?c=d', headers: [{ name: 'X-Sent', value: 'e' }] },
  });
  assert.equal(response.outcome, 'OUTCOME_OK');
  assert.equal(response.http.status, 201);
  const headers = headersOf(response.http);
  assert.deepEqual([headers['x-method'], headers['x-sent'], headers['x-type']], ['PUT', 'e', 'text/plain']);
  assert.equal(response.payload.toString(), '/a/b?c=d!');
});

test('an HTTP request is GET / without a payload, POST / with one', async () => {
  const get = await invoke({ function: 'web' });
  assert.deepEqual([headersOf(get.http)['x-method'], get.payload.toString()], ['GET', '/']);
  const post = await invoke({ function: 'web', payload: event({}) });
  assert.deepEqual([headersOf(post.http)['x-method'], headersOf(post.http)['x-type']], ['POST', 'application/json']);
});

for (const [kind, request, type, message] of [
  ['an event', { function: 'event', payload: event({ throw: 'too far' }) }, 'RangeError', 'too far'],
  ['an HTTP', { function: 'web', http: { path: '/throw' } }, 'TypeError', 'bad route'],
]) {
  test(`a throw in ${kind} function is an outcome, not a gRPC error`, async () => {
    const { outcome, error, payload } = await invoke(request);
    assert.equal(outcome, 'OUTCOME_FUNCTION_ERROR');
    assert.deepEqual([error.type, error.message], [type, message]);
    assert.match(error.stack.join('\n'), /index\.mjs:\d+:\d+/);
    assert.equal(payload.length, 0);
  });
}

test('an unknown function is NOT_FOUND and the known ones are named', async () => {
  await assert.rejects(invoke({ function: 'evnet' }), (error) => {
    assert.equal(error.code, status.NOT_FOUND);
    assert.match(error.details, /evnet.*event.*stuck.*web/);
    return true;
  });
});

test('an event that is not JSON is INVALID_ARGUMENT', async () => {
  await assert.rejects(invoke({ function: 'event', payload: Buffer.from('{oops') }), { code: status.INVALID_ARGUMENT });
});

test('a deadline ends the invocation and frees the function', async () => {
  const request = { function: 'stuck', payload: event({ wait: true }) };
  await assert.rejects(invoke(request, { deadline: Date.now() + DEADLINE_MS }), { code: status.DEADLINE_EXCEEDED });
  const next = await invoke({ function: 'stuck' });
  assert.deepEqual([next.outcome, JSON.parse(next.payload)], ['OUTCOME_OK', 'free']);
});

test('cancelling reaches the function', async () => {
  const ended = Promise.withResolvers();
  const call = client.invoke({ function: 'web', http: { path: '/wait' } }, (error) => ended.resolve(error));
  await hearth.waitForLog('waiting');
  call.cancel();
  assert.equal((await ended.promise).code, status.CANCELLED);
  await hearth.waitForLog('aborted');
});

test('InvokeStream: each chunk comes back before the next is sent', async () => {
  const call = client.invokeStream();
  const messages = call.iterator();
  const next = async () => (await messages.next()).value;

  call.write({ start: { function: 'web', http: { method: 'POST', path: '/echo' } } });
  call.write({ chunk: Buffer.from('first') });
  const { head } = await next();
  assert.equal(head.status, 200);
  assert.equal((await next()).chunk.toString(), 'first');
  call.write({ chunk: Buffer.from('second') });
  assert.equal((await next()).chunk.toString(), 'second');
  call.end();
  const { end } = await next();
  assert.deepEqual([end.outcome, end.payload.length], ['OUTCOME_OK', 0]);
  assert.match(end.report.instance, /^web-\d+$/);
  assert.equal((await messages.next()).done, true);
});

test('InvokeStream: a throw is the end, with the error', async () => {
  const call = client.invokeStream();
  call.write({ start: { function: 'web', http: { path: '/throw' } } });
  call.end();
  const { end } = (await call.toArray()).at(-1);
  assert.deepEqual([end.outcome, end.error.message], ['OUTCOME_FUNCTION_ERROR', 'bad route']);
});

test('InvokeStream: cancelling reaches the function', async () => {
  const call = client.invokeStream();
  call.write({ start: { function: 'web', http: { path: '/wait?stream' } } });
  call.end();
  await hearth.waitForLog('waiting?stream');
  call.cancel();
  await assert.rejects(once(call, 'end'), { code: status.CANCELLED });
  await hearth.waitForLog('aborted?stream');
});

// The standard services, byte for byte, so that no copy of their protos is needed.
const bytes = (buffer) => buffer;

for (const service of ['', 'hearth.v1.Invoker']) {
  test(`grpc.health.v1: ${service || 'the server'} is SERVING`, async () => {
    const health = new Client(hearth.ready.grpc, credentials.createInsecure());
    const check = promisify(health.makeUnaryRequest.bind(health, '/grpc.health.v1.Health/Check', bytes, bytes));
    const request = service ? Buffer.from([0x0a, service.length, ...Buffer.from(service)]) : Buffer.alloc(0);
    assert.deepEqual([...(await check(request))], [0x08, 1]);
    health.close();
  });
}

test('reflection lists hearth.v1.Invoker', async () => {
  const reflection = new Client(hearth.ready.grpc, credentials.createInsecure());
  const method = '/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo';
  const call = reflection.makeBidiStreamRequest(method, bytes, bytes);
  const listServices = Buffer.from([0x3a, 1, '*'.charCodeAt()]);
  call.end(listServices);
  const [answer] = await call.toArray();
  assert.ok(answer.includes('hearth.v1.Invoker'), answer.toString('latin1'));
  reflection.close();
});
