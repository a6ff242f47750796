// Memory of idle instances, each of which has answered one request: what all processes of the peer have more than with one
// instance, divided by the number of further ones. So the platform's own memory, and a template's, is not in it.
import { setTimeout as delay } from 'node:timers/promises';

import { ask } from '../client.mjs';
import { availableMebibytes, cpuMilliseconds, memory as memoryOf } from '../process.mjs';
import { instances } from '../peers/hearth.mjs';
import { check } from '../works.mjs';

const COUNTS = [100, 1000];
const QUICK_DIVISOR = 20;
// Of the memory that is free, so much is left to the rest of the machine.
const SPARE_MIB = 2048;
// Instances that are started at once where each is a process.
const AT_A_TIME = 4;
// A generous guess of what an instance that is a process takes; only how many are started depends on it.
const PROCESS_MIB = 150;
const IDLE_SECONDS = 2;
const QUICK_IDLE_SECONDS = 0.5;
const SETTLE_MS = 1000;
const POLL_MS = 50;
const HOLD_GUARD_MS = 60_000;

const VALUES = [
  { value: 'private', unit: 'MiB', title: 'private memory of an idle instance' },
  { value: 'pss', unit: 'MiB', title: 'proportional set size of an idle instance' },
];

const rows = COUNTS.flatMap((count) => [
  ...VALUES.map(({ value, unit, title }) => ({
    key: `memory/${count}/${value}`,
    title: `${count} instances: ${title}`,
    unit,
    better: 'lower',
  })),
  {
    key: `memory/${count}/idle`,
    title: `${count} instances: CPU of all of them, idle`,
    unit: '% of a core',
    better: 'lower',
    // Close to nothing for all, and a ratio of that says nothing.
    compared: false,
  },
]);

// One request is kept waiting in each instance until there are all of them.
async function fillHeld(running, count) {
  const all = Promise.withResolvers();
  const answers = Array.from({ length: count }, () => ask(running.request(), { held: all.promise }));
  const end = performance.now() + HOLD_GUARD_MS;
  const ready = async () => {
    for (let busy = 0; busy < count;) {
      if (performance.now() > end) throw new Error(`${busy} of ${count} instances after ${HOLD_GUARD_MS / 1000} s`);
      await delay(POLL_MS);
      busy = (await instances(running.grpc)).busy ?? 0;
    }
  };
  await Promise.race([ready(), Promise.all(answers)]);
  all.resolve();
  for (const answer of await Promise.all(answers)) check(running.dialect, 'hold', answer);
}

async function fillInTurn(running, count) {
  for (let n = 0; n < count; ++n) check(running.dialect, 'hold', await ask(running.request(n)));
}

// The kernel counts in ticks, of which an idle process uses none for long; but what each of many rounds down at the beginning it
// has more at the end as often.
async function idleCpu(pids, seconds) {
  const before = cpuMilliseconds(pids);
  await delay(seconds * 1000);
  return (cpuMilliseconds(pids) - before) / (seconds * 10);
}

function results(count, variant, { before, after, n, idle }) {
  const each = (what) => (after[what] - (before?.[what] ?? 0)) / 1024 / n;
  const prefix = `memory/${count}`;
  return [
    { key: `${prefix}/private`, variant, value: each('privateKib'), n },
    { key: `${prefix}/pss`, variant, value: each('pssKib'), n },
    { key: `${prefix}/idle`, variant, value: idle, n },
  ];
}

async function ofProcesses(peer, n, idleSeconds) {
  const started = [];
  try {
    for (let at = 0; at < n; at += AT_A_TIME) {
      const some = Array.from({ length: Math.min(AT_A_TIME, n - at) }, () => peer.start('hold'));
      for (const running of await Promise.all(some)) {
        started.push(running);
        await running.up();
      }
    }
    await delay(SETTLE_MS);
    const pids = started.flatMap((running) => running.pids);
    const idle = await idleCpu(pids, idleSeconds);
    return { after: memoryOf(pids), n, idle };
  } finally {
    await Promise.all(started.map((running) => running.stop()));
  }
}

async function platform(peer, { variant, held }, count, measure) {
  const running = await peer.start('hold', { variant, count });
  try {
    await running.up();
    await (held ? fillHeld(running, count) : fillInTurn(running, count));
    await delay(SETTLE_MS);
    return await measure(running.pids);
  } finally {
    await running.stop();
  }
}

async function ofInstances(peer, kind, n, idleSeconds) {
  const before = await platform(peer, kind, 1, memoryOf);
  const many = await platform(peer, kind, n + 1, async (pids) => ({
    idle: await idleCpu(pids, idleSeconds),
    after: memoryOf(pids),
  }));
  return { before, n, ...many };
}

async function run(peer, count, { quick }) {
  const idleSeconds = quick ? QUICK_IDLE_SECONDS : IDLE_SECONDS;
  const all = [];
  for (const kind of peer.memory.filter(({ counts }) => counts.includes(count))) {
    const wanted = quick ? count / QUICK_DIVISOR : Math.min(count, kind.most ?? count);
    if (kind.perProcess) {
      const fits = Math.floor((availableMebibytes() - SPARE_MIB) / PROCESS_MIB);
      all.push(
        ...results(count, kind.variant, await ofProcesses(peer, Math.max(1, Math.min(wanted, fits)), idleSeconds)),
      );
    } else {
      all.push(...results(count, kind.variant, await ofInstances(peer, kind, wanted, idleSeconds)));
    }
  }
  return all;
}

export const memory = {
  name: 'memory',
  rows,
  steps: COUNTS.map((count) => ({
    name: `memory of ${count}`,
    applies: (peer) => peer.memory.some(({ counts }) => counts.includes(count)),
    run: (peer, options) => run(peer, count, options),
  })),
};
