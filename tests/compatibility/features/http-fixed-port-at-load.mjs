// A server of the function's own that is started while the function is loaded, before its kind is known.
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

export const noTemplate = 'a socket is open after the initialisation';

// Only where it runs: whoever reads the declarations above loads this file, too.
const running = 'PORT' in process.env;
// Stays open, so that the process is no template.
const idle = running ? net.createServer().listen(0, '127.0.0.1') : null;
const atLoad = running ? await answerOf('while it loads') : null;

export async function run() {
  idle.close();
  return { 'while it loads': atLoad, 'once it is loaded': await answerOf('later') };
}
