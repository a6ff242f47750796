import dgram from 'node:dgram';
import { once } from 'node:events';

export async function run() {
  const receiver = dgram.createSocket('udp4').bind(0, '127.0.0.1');
  await once(receiver, 'listening');
  const sender = dgram.createSocket('udp4');
  const arrived = once(receiver, 'message');
  sender.send(['in ', 'parts'], receiver.address().port, '127.0.0.1');
  const [message, { size, family }] = await arrived;
  const connected = dgram.createSocket('udp4');
  connected.connect(receiver.address().port, '127.0.0.1');
  await once(connected, 'connect');
  const second = once(receiver, 'message');
  connected.send('connected');
  const result = {
    'message': [message.toString(), size, family],
    'connected': (await second)[0].toString(),
    'buffer sizes': [receiver.getRecvBufferSize() > 0, sender.getSendBufferSize() > 0],
    'broadcast': receiver.setBroadcast(true) ?? null,
  };
  for (const socket of [receiver, sender, connected]) socket.close();
  return result;
}
