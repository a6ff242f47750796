import https from 'node:https';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { failureOf, selfSigned } from '../support.mjs';

export async function run() {
  const { key, cert } = selfSigned();
  const server = https.createServer({ key, cert }, (request, response) => request.pipe(response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const options = { port: server.address().port, host: '127.0.0.1', servername: 'localhost', method: 'POST' };
  const send = async (more) => {
    const request = https.request({ ...options, ...more });
    request.end('over TLS');
    const [response] = await once(request, 'response');
    const { encrypted, authorized } = response.socket;
    return [await text(response), encrypted, authorized];
  };
  const agent = new https.Agent({ keepAlive: true, ca: cert });
  const result = {
    'trusted': await send({ ca: cert, agent: false }),
    'with an agent': [await send({ agent }), await send({ agent })],
    'not verified': await send({ rejectUnauthorized: false, agent: false }),
    'refused': await failureOf(() => send({ agent: false })),
    'sockets kept': Object.values(agent.freeSockets).flat().length,
  };
  agent.destroy();
  server.close();
  server.closeAllConnections();
  return result;
}
