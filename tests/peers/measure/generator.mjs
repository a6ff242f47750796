// Does the project's load generator say the same as another one? Both measure plain Node.
import { spawnSync } from 'node:child_process';

import { GENERATORS, load } from '../load.mjs';

const LOADS = [
  { connections: 32, title: '32 connections' },
  { connections: 1, title: '1 connection' },
];
const SECONDS = 2;
const WARMUP_SECONDS = 1;
const QUICK_SECONDS = 0.2;

const rows = LOADS.flatMap(({ connections, title }) => [
  {
    key: `generator/${connections}/rate`,
    title: `Generators on plain node, ${title}: rate`,
    unit: 'requests/s',
    better: 'higher',
  },
  {
    key: `generator/${connections}/p50`,
    title: `Generators on plain node, ${title}: p50`,
    unit: 'ms',
    better: 'lower',
  },
  {
    key: `generator/${connections}/p99`,
    title: `Generators on plain node, ${title}: p99`,
    unit: 'ms',
    better: 'lower',
  },
]);

const hasWrk = () => spawnSync('wrk', ['--version']).error === undefined;

async function run(peer, { quick, round }) {
  const running = await peer.start('hello');
  const results = [];
  // Whoever comes second finds a server that is warmer.
  const names = Object.keys(GENERATORS).filter((name) => name !== 'wrk' || hasWrk());
  if (round % 2 === 1) names.reverse();
  try {
    await running.up();
    for (const { connections } of LOADS) {
      for (const name of names) {
        const options = {
          connections,
          seconds: quick ? QUICK_SECONDS : SECONDS,
          warmup: quick ? QUICK_SECONDS : WARMUP_SECONDS,
        };
        const { rate, p50, p99 } = await load(name, running.request(), options);
        for (const [value, number] of Object.entries({ rate, p50, p99 })) {
          results.push({
            key: `generator/${connections}/${value}`,
            variant: name === 'hearth' ? 'hearth bench' : name,
            value: number,
          });
        }
      }
    }
  } finally {
    await running.stop();
  }
  return results;
}

export const generator = {
  name: 'generator',
  rows,
  steps: [{ name: 'load generators', applies: (peer) => peer.name === 'node', run }],
};
