import { BroadcastChannel as Broadcast, MessageChannel, Worker, moveMessagePortToContext, receiveMessageOnPort } from 'node:worker_threads';
import { once } from 'node:events';
import vm from 'node:vm';

export async function run() {
  const { port1, port2 } = new MessageChannel();
  port1.postMessage({ map: new Map([[1, new Date(0)]]), big: 1n, error: new TypeError('t') });
  const { message } = receiveMessageOnPort(port2);
  const empty = receiveMessageOnPort(port2) ?? null;
  const worker = new Worker('require("worker_threads").workerData.postMessage("through a moved port")', { eval: true, workerData: port2, transferList: [port2] });
  const exited = once(worker, 'exit');
  const [moved] = await once(port1, 'message');
  await exited;
  const [left, right] = [new Broadcast('channel'), new Broadcast('channel')];
  const heard = once(right, 'message');
  left.postMessage('to all');
  const [{ data }] = await heard;
  left.close();
  right.close();
  const other = new MessageChannel();
  const elsewhere = moveMessagePortToContext(other.port1, vm.createContext());
  const web = new globalThis.MessageChannel();
  const viaWeb = new Promise((resolve) => { web.port2.onmessage = ({ data: value }) => { web.port2.close(); resolve(value); }; });
  web.port1.postMessage('web');
  const result = {
    'synchronous': [message.map.get(1).toISOString(), String(message.big), message.error.name, empty],
    'moved to a worker': moved,
    'broadcast': data,
    'moved to a context': elsewhere instanceof Object,
    'web': await viaWeb,
    'same class': globalThis.MessageChannel === MessageChannel,
  };
  other.port2.close();
  port1.close();
  return result;
}
