// Cold starts: from the moment that a request is made until the first byte of its answer, one at a time.
//
// Where an instance is a process of its own, that is from the start of the process; else from the connection to a platform
// that runs already, and has no instance for the request.
import { setTimeout as delay } from 'node:timers/promises';

import { ask } from '../client.mjs';
import { check } from '../works.mjs';
import { quantile } from '../stats.mjs';

const WORKS = [
  { work: 'hello', title: 'trivial function', count: 100 },
  { work: 'express', title: 'Express', count: 20 },
];
const PROCESS_COUNT = 5;
const QUICK_COUNT = 5;
const QUICK_PROCESS_COUNT = 1;
// Between two starts, so that what a platform does after one is not in the next. The sustained rate is another measurement.
const PAUSE_MS = 10;
// Fewer starts in a round have no 99th percentile.
const COUNT_FOR_P99 = 100;

const rows = WORKS.flatMap(({ work, title }) => [
  { key: `cold/${work}/p50`, title: `Cold start, ${title}: p50`, unit: 'ms', better: 'lower' },
  { key: `cold/${work}/p99`, title: `Cold start, ${title}: p99`, unit: 'ms', better: 'lower' },
]).filter(({ key }) => key !== 'cold/express/p99');

async function ofProcesses(peer, work, count) {
  const times = [];
  for (let n = 0; n < count; ++n) {
    const running = await peer.start(work);
    try {
      times.push((await running.up()).ms);
    } finally {
      await running.stop();
    }
    await delay(PAUSE_MS);
  }
  return times;
}

async function ofInstances(peer, work, variant, count) {
  const times = [];
  const running = await peer.start(work, { variant });
  try {
    await running.up();
    const before = await running.coldStarts?.();
    for (let n = 1; n <= count; ++n) {
      await delay(PAUSE_MS);
      const answer = await ask(running.request(n));
      check(running.dialect, work, answer);
      times.push(answer.ms);
    }
    const after = await running.coldStarts?.();
    const counted = after && after[variant] - (before[variant] ?? 0);
    if (after && counted !== count)
      throw new Error(`of ${count} requests ${counted ?? 0} were cold starts from a ${variant}`);
  } finally {
    await running.stop();
  }
  return times;
}

function countOf(kind, count, quick) {
  if (kind.perProcess) return quick ? QUICK_PROCESS_COUNT : PROCESS_COUNT;
  return quick ? QUICK_COUNT : Math.min(count, kind.count ?? count);
}

async function run(peer, { work, count }, { quick }) {
  const results = [];
  for (const kind of peer.cold.filter(({ works }) => works.includes(work))) {
    const wanted = countOf(kind, count, quick);
    const times = kind.perProcess
      ? await ofProcesses(peer, work, wanted)
      : await ofInstances(peer, work, kind.variant, wanted);
    const result = (name, q) => ({ key: `cold/${work}/${name}`, variant: kind.variant, value: quantile(times, q) });
    results.push(result('p50', 0.5));
    if (times.length >= COUNT_FOR_P99) results.push(result('p99', 0.99));
  }
  return results;
}

export const cold = {
  name: 'cold',
  rows,
  steps: WORKS.map((shape) => ({
    name: `cold ${shape.work}`,
    applies: (peer) => peer.cold.some(({ works }) => works.includes(shape.work)),
    run: (peer, options) => run(peer, shape, options),
  })),
};
