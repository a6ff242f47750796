import http from 'node:http';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { failureOf } from '../support.mjs';

export async function run() {
  const server = http.createServer(async (request, response) => {
    if (request.url === '/reset') return request.socket.destroy();
    if (request.url === '/hints') response.writeEarlyHints({ link: '</a>; rel=preload' });
    response.setHeader('x-url', request.url);
    response.setHeader('Set-Cookie', ['a=1', 'b=2']);
    for await (const chunk of request) response.write(chunk);
    response.addTrailers({ 'x-trailer': 'end' });
    response.end(`${request.method} ${request.headers['x-sent'] ?? ''}`);
  });
  server.on('upgrade', (request, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
    socket.pipe(socket);
  });
  server.on('clientError', (error, socket) => socket.end(`HTTP/1.1 400 ${error.code}\r\n\r\n`));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const send = async (path, { body, ...options } = {}) => {
    const request = http.request({ port, host: '127.0.0.1', path, agent, ...options });
    const hints = [];
    request.on('information', ({ statusCode }) => hints.push(statusCode));
    request.end(body);
    const [response] = await once(request, 'response');
    const content = await text(response);
    return { status: response.statusCode, content, cookies: response.headers['set-cookie'], trailers: response.trailers, reused: request.reusedSocket, hints };
  };
  const upgrade = http.get({ port, host: '127.0.0.1', headers: { connection: 'upgrade', upgrade: 'echo' } });
  const [, tunnel] = await once(upgrade, 'upgrade');
  tunnel.end('through');
  const result = {
    'GET': await send('/a'),
    'POST over the same socket': await send('/b', { method: 'POST', body: 'body ', headers: { 'x-sent': 'header' } }),
    'early hints': (await send('/hints')).hints,
    'upgrade': await text(tunnel),
    'reset': await failureOf(() => send('/reset')),
    'bad request': await text(await new Promise((resolve) => {
      const bad = http.request({ port, host: '127.0.0.1', method: 'GET', agent: false });
      bad.on('socket', (socket) => socket.on('connect', () => { socket.write('nonsense\r\n\r\n'); resolve(socket); }));
      bad.on('error', () => {});
    })).catch((error) => error.code),
    'timeout': await failureOf(() => {
      const silent = http.createServer(() => {}).listen(0, '127.0.0.1');
      return once(silent, 'listening').then(() => {
        const request = http.get({ port: silent.address().port, host: '127.0.0.1', timeout: 20, agent: false });
        request.on('timeout', () => request.destroy(Object.assign(new Error(), { code: 'TIMED_OUT' })));
        return once(request, 'response').finally(() => { silent.close(); silent.closeAllConnections(); });
      });
    }),
    'aborted': await failureOf(() => send('/c', { signal: AbortSignal.abort() })),
    'global agent keeps alive': http.globalAgent.keepAlive,
    'server defaults': [server.keepAliveTimeout, server.headersTimeout, server.requestTimeout, server.timeout, server.maxHeadersCount],
    'limits': [http.maxHeaderSize, http.METHODS.length, Object.keys(http.STATUS_CODES).length],
    'bad header': await failureOf(() => http.validateHeaderValue('x', 'a\nb')),
  };
  agent.destroy();
  server.close();
  server.closeAllConnections();
  return result;
}
