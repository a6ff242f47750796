import net from 'node:net';
import { once } from 'node:events';
import path from 'node:path';
import { failureOf, withFolder } from '../support.mjs';

async function echo(options) {
  const server = net.createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket)).listen(options);
  await once(server, 'listening');
  const address = server.address();
  const socket = net.connect(typeof address === 'string' ? { path: address } : { port: address.port, host: '127.0.0.1' });
  socket.end('echo '.repeat(20_000));
  const received = (await socket.toArray()).join('').length;
  const { bytesRead, bytesWritten } = socket;
  const closed = once(server, 'close');
  server.close();
  await closed;
  return { received, bytesRead, bytesWritten, listening: server.listening, port: typeof address === 'string' || address.port > 0 };
}

export async function run() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const taken = net.createServer();
  const failed = once(taken, 'error');
  taken.listen(server.address().port, '127.0.0.1');
  const [{ code }] = await failed;
  const idle = net.connect(server.address().port, '127.0.0.1');
  const [accepted] = await once(server, 'connection');
  idle.setTimeout(5);
  await once(idle, 'timeout');
  const connections = await new Promise((resolve) => server.getConnections((_, count) => resolve(count)));
  const details = { remote: accepted.remoteAddress, family: accepted.remoteFamily, keepAlive: idle.setKeepAlive(true) === idle };
  idle.resetAndDestroy();
  const reset = (await once(accepted, 'error'))[0].code;
  server.close();
  const block = new net.BlockList();
  block.addSubnet('10.0.0.0', 8);
  return {
    'TCP': await echo({ port: 0, host: '127.0.0.1' }),
    'a socket in the file system': await withFolder({}, (folder) => echo({ path: path.join(folder, 'socket') })),
    'an abstract socket': await echo({ path: `\0compatibility-${process.pid}` }),
    'port in use': code,
    'connections': connections,
    'details': details,
    'reset': reset,
    'refused': await failureOf(async () => once(net.connect(9, '127.0.0.1'), 'connect')),
    'happy eyeballs': net.getDefaultAutoSelectFamily(),
    'block list': [block.check('10.1.2.3'), block.check('11.1.2.3')],
    'aborted': await failureOf(async () => once(net.connect({ port: 9, host: '127.0.0.1', signal: AbortSignal.abort() }), 'connect')),
  };
}
