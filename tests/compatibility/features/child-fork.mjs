import { fork } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { withFolder } from '../support.mjs';

const CHILD = `
process.on('message', (message, handle) => {
  if (handle) handle.on('connection', (socket) => socket.end('from the child'));
  else if (message === 'end') process.disconnect();
  else process.send({ echo: message, argv: process.argv.slice(2), execArgv: process.execArgv, connected: process.connected });
});
process.send('ready');
`;

export const run = () => withFolder({ 'child.cjs': CHILD }, async (folder) => {
  const child = fork(`${folder}/child.cjs`, ['argument'], { serialization: 'advanced' });
  const exited = once(child, 'exit');
  const [ready] = await once(child, 'message');
  const answered = once(child, 'message');
  child.send(new Map([[1, 2]]));
  const [answer] = await answered;
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  child.send('server', server);
  server.close();
  const socket = net.connect(port, '127.0.0.1');
  const served = (await socket.toArray()).join('');
  const disconnected = once(child, 'disconnect');
  child.send('end');
  await disconnected;
  child.kill();
  const [code, signal] = await exited;
  return {
    ready,
    'echo': answer.echo instanceof Map && answer.echo.get(1),
    'argv': answer.argv,
    'execArgv': answer.execArgv,
    'connected': answer.connected,
    'a server is passed': served,
    'end': [code, signal],
    'this process has no IPC': [process.connected ?? null, typeof process.send, process.channel ?? null],
  };
});
