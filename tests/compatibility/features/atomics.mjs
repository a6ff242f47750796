import { Worker } from 'node:worker_threads';
import { once } from 'node:events';

export async function run() {
  const memory = new SharedArrayBuffer(16, { maxByteLength: 64 });
  const cells = new Int32Array(memory, 0, 2);
  const worker = new Worker(`
    const { workerData: cells } = require('node:worker_threads');
    Atomics.wait(cells, 0, 0);
    Atomics.add(cells, 1, 41);
    Atomics.notify(cells, 1);`, { eval: true, workerData: cells });
  const exited = once(worker, 'exit');
  await once(worker, 'online');
  Atomics.store(cells, 0, 1);
  Atomics.notify(cells, 0);
  const { value } = Atomics.waitAsync(cells, 1, 0);
  const woken = await value;
  await exited;
  memory.grow(32);
  return {
    'waitAsync': [['ok', 'not-equal'].includes(woken), Atomics.load(cells, 1)],
    'timed out': await Atomics.waitAsync(cells, 0, 1, 5).value,
    'not equal': Atomics.waitAsync(cells, 0, 7).value,
    'wait on the main thread': Atomics.wait(cells, 0, 1, 5),
    'grown': memory.byteLength,
    'lock free': Atomics.isLockFree(4),
    'pause': Atomics.pause() ?? null,
  };
}
