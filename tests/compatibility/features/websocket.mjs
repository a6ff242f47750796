import { once } from 'node:events';
import { WebSocketServer } from 'ws';

export const packages = ['ws'];

export async function run() {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, handleProtocols: (protocols) => [...protocols][0] });
  server.on('connection', (socket) => socket.on('message', (data, binary) => socket.send(binary ? data : `${data}!`)));
  await once(server, 'listening');
  const client = new WebSocket(`ws://127.0.0.1:${server.address().port}/`, ['chat', 'other']);
  client.binaryType = 'arraybuffer';
  await once(client, 'open');
  client.send('hello');
  const [{ data: text }] = await once(client, 'message');
  client.send(new Uint8Array([1, 2, 3]));
  const [{ data: bytes }] = await once(client, 'message');
  client.send('x'.repeat(200_000));
  const [{ data: long }] = await once(client, 'message');
  client.close(4001, 'enough');
  const [{ code, reason, wasClean }] = await once(client, 'close');
  server.close();
  const refused = new WebSocket('ws://127.0.0.1:9/');
  const [error] = await once(refused, 'error');
  return {
    'text': text,
    'binary': Array.from(new Uint8Array(bytes)),
    'long': long.length,
    'protocol': client.protocol,
    'close': [code, reason, wasClean],
    'refused': [error.type, refused.readyState],
    'EventSource': typeof globalThis.EventSource,
  };
}
