import http2 from 'node:http2';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { failureOf, selfSigned } from '../support.mjs';

async function exchange(server, scheme, options) {
  server.on('stream', async (stream, headers) => {
    const body = await text(stream);
    if (stream.pushAllowed) {
      stream.pushStream({ ':path': '/pushed' }, (error, pushed) => { if (!error) { pushed.respond(); pushed.end('pushed'); } });
    }
    stream.respond({ ':status': 201, 'x-path': headers[':path'] }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'x-end': 'yes' }));
    stream.end(`got ${body}`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = http2.connect(`${scheme}://127.0.0.1:${server.address().port}`, options);
  await once(client, 'connect');
  const pushed = [];
  client.on('stream', (stream) => pushed.push(text(stream)));
  const send = async (path) => {
    const request = client.request({ ':path': path, ':method': 'POST' });
    const trailers = once(request, 'trailers');
    request.end('body');
    const [headers] = await once(request, 'response');
    return [headers[':status'], headers['x-path'], await text(request), (await trailers)[0]['x-end']];
  };
  const answers = await Promise.all(['/1', '/2', '/3'].map(send));
  const pinged = await new Promise((resolve) => client.ping((error, duration) => resolve(error ?? duration >= 0)));
  const result = { answers, pushed: await Promise.all(pushed), pinged, alpn: client.alpnProtocol, settings: client.remoteSettings };
  client.close();
  server.close();
  return result;
}

export async function run() {
  const { key, cert } = selfSigned();
  const compat = http2.createServer((request, response) => response.end(request.httpVersion)).listen(0, '127.0.0.1');
  await once(compat, 'listening');
  const client = http2.connect(`http://127.0.0.1:${compat.address().port}`);
  const plain = await text(client.request({ ':path': '/' }));
  client.close();
  compat.close();
  return {
    'in the clear': await exchange(http2.createServer(), 'http', {}),
    'over TLS': await exchange(http2.createSecureServer({ key, cert }), 'https', { ca: cert, servername: 'localhost' }),
    'compatibility API': plain,
    'refused': await failureOf(() => once(http2.connect('http://127.0.0.1:9'), 'connect')),
    'default settings': http2.getDefaultSettings(),
  };
}
