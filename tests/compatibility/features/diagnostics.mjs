import { channel, subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel';
import http from 'node:http';
import { once } from 'node:events';

export async function run() {
  const seen = [];
  const names = ['http.client.request.start', 'http.server.request.start', 'http.server.response.finish', 'undici:request:create', 'net.client.socket', 'net.server.socket'];
  const note = (_, name) => seen.push(name);
  for (const name of names) subscribe(name, note);
  const server = http.createServer((request, response) => response.end('ok')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  const [response] = await once(http.get({ port, host: '127.0.0.1', agent: false }), 'response');
  response.resume();
  await once(response, 'end');
  await (await fetch(`http://127.0.0.1:${port}/`)).text();
  server.close();
  server.closeAllConnections();
  for (const name of names) unsubscribe(name, note);
  const traced = [];
  const tracing = tracingChannel('test');
  tracing.subscribe({ start: () => traced.push('start'), end: () => traced.push('end'), asyncStart: () => traced.push('asyncStart'), asyncEnd: () => traced.push('asyncEnd'), error: () => traced.push('error') });
  await tracing.tracePromise(async () => 1, {});
  const own = channel('own');
  own.subscribe((message) => traced.push(message));
  own.publish('published');
  return {
    'channels': [...new Set(seen)].sort(),
    'tracing': traced,
    'subscribers of Node\'s own channels': ['http.server.request.start', 'undici:request:create', 'module.require.start'].filter((name) => channel(name).hasSubscribers),
  };
}
