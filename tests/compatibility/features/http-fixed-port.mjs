// A server of the function's own on a port that it chose, as a test double or a metrics endpoint would be.
import http from 'node:http';
import net from 'node:net';
import { once } from 'node:events';

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function answerOf(name) {
  const port = await freePort();
  const server = http.createServer((request, response) => response.end(name)).listen(port, '127.0.0.1');
  await once(server, 'listening');
  try {
    return [await (await fetch(`http://127.0.0.1:${port}/`)).text(), server.address().port === port];
  } catch (error) {
    return error.cause?.code ?? error.name;
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

export async function run() {
  return { 'the first server': await answerOf('first'), 'another': await answerOf('another') };
}
