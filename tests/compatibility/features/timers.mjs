import { setTimeout as sleep, setImmediate as immediate, setInterval as every, scheduler } from 'node:timers/promises';
import timers from 'node:timers';
import { failureOf } from '../support.mjs';

async function order() {
  await sleep(1);
  const seen = [];
  const note = (name) => () => seen.push(name);
  setTimeout(note('timeout 20'), 20);
  setTimeout(note('timeout 10'), 10);
  setImmediate(note('immediate'));
  setImmediate(() => { process.nextTick(note('tick in immediate')); Promise.resolve().then(note('promise in immediate')); });
  process.nextTick(note('tick'));
  queueMicrotask(note('microtask'));
  Promise.resolve().then(note('promise'));
  seen.push('sync');
  await sleep(40);
  return seen;
}

export async function run() {
  const began = performance.now();
  await sleep(25);
  const elapsed = performance.now() - began;
  const counted = [];
  for await (const value of every(1, 'v')) if (counted.push(value) === 3) break;
  let refreshed = 0;
  const timer = setTimeout(() => refreshed++, 5);
  timer.refresh();
  await sleep(15);
  const unref = setTimeout(() => {}, 1e6).unref();
  const cleared = setTimeout(() => { throw new Error('cleared'); }, 1);
  clearTimeout(Number(cleared));
  const abort = new AbortController();
  const aborted = failureOf(() => sleep(1e6, null, { signal: abort.signal }));
  abort.abort();
  const using = await failureOf(() => { using disposed = setTimeout(() => { throw new Error('disposed'); }, 1); });
  await sleep(5);
  return {
    'order': await order(),
    'not before its time': elapsed >= 24,
    'not much later': elapsed < 1000,
    'interval': counted,
    'refresh': refreshed,
    'hasRef': [timer.hasRef(), unref.hasRef(), unref.ref().hasRef(), clearTimeout(unref) ?? null],
    'aborted': await aborted,
    'immediate': await immediate('value'),
    'scheduler': [await scheduler.wait(1) ?? null, await scheduler.yield() ?? null],
    'disposed': using,
    'out of range is 1 ms': await new Promise((resolve) => setTimeout(resolve, 2 ** 31, 'fired')),
    'names': Object.keys(timers).sort(),
  };
}
