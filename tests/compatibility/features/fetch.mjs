import http from 'node:http';
import { once } from 'node:events';
import { failureOf } from '../support.mjs';

export async function run() {
  const server = http.createServer((request, response) => {
    if (request.url === '/redirect') return response.writeHead(307, { location: '/echo' }).end();
    if (request.url === '/slow') return response.write('first');
    if (request.url === '/reset') return request.socket.destroy();
    response.setHeader('x-type', request.headers['content-type']?.split(';')[0] ?? '');
    request.pipe(response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const base = `http://127.0.0.1:${server.address().port}`;
  const form = new FormData();
  form.set('field', 'value');
  form.set('file', new File(['content'], 'name.txt', { type: 'text/plain' }));
  const sent = await fetch(`${base}/form`, { method: 'POST', body: form });
  const echoed = await sent.text();
  const slow = await fetch(`${base}/slow`, { signal: AbortSignal.timeout(50) });
  const result = {
    'POST': await (await fetch(`${base}/echo`, { method: 'POST', body: 'text' })).text(),
    'JSON': await (await fetch(`${base}/echo`, { method: 'POST', body: JSON.stringify({ a: 1 }) })).json(),
    'redirect': await fetch(`${base}/redirect`, { method: 'POST', body: 'kept' }).then(async (r) => [r.redirected, await r.text()]),
    'redirect refused': await failureOf(() => fetch(`${base}/redirect`, { redirect: 'error' })),
    'form data': [sent.headers.get('x-type'), echoed.includes('name="field"'), echoed.includes('filename="name.txt"')],
    'stream': await (await fetch(`${base}/echo`, { method: 'POST', body: ReadableStream.from([Buffer.from('a'), Buffer.from('b')]), duplex: 'half' })).text(),
    'aborted while reading': await failureOf(() => slow.text()),
    'aborted before': await failureOf(() => fetch(base, { signal: AbortSignal.abort() })),
    'reset': await fetch(`${base}/reset`).catch((error) => [error.name, error.cause.code]),
    'refused': await fetch('http://127.0.0.1:9/').catch((error) => [error.name, error.cause?.code ?? error.cause?.message]),
    'data URL': await (await fetch('data:text/plain,inline')).text(),
    'blob URL': await (await fetch(URL.createObjectURL(new Blob(['blob'])))).text(),
    'ten at once': (await Promise.all(Array.from({ length: 10 }, (_, i) => fetch(`${base}/echo`, { method: 'POST', body: `${i}` }).then((r) => r.text())))).join(),
    'headers': [...new Headers([['b', '2'], ['a', '1'], ['a', '3']])],
    'user agent': await userAgent(),
  };
  server.close();
  server.closeAllConnections();
  return result;
}

async function userAgent() {
  const server = http.createServer((request, response) => response.end(JSON.stringify(request.headers))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { host, ...headers } = await (await fetch(`http://127.0.0.1:${server.address().port}/`)).json();
  server.close();
  server.closeAllConnections();
  return headers;
}
