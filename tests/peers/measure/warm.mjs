// Warm requests: rate and latency in a closed loop, and the CPU time that the peer took for each.
//
// Generator and peer share the same cores, as they do on a developer's machine.
import { load } from '../load.mjs';
import { cpuMilliseconds } from '../process.mjs';

const LOADS = [
  { work: 'hello', connections: 32, title: 'trivial function, 32 connections', seconds: 1.5 },
  { work: 'hello', connections: 1, title: 'trivial function, 1 connection', seconds: 1.5 },
  { work: 'json', connections: 32, title: '1 KB of JSON there and back, 32 connections', seconds: 1 },
  { work: 'large', connections: 32, title: 'response of 100 KB, 32 connections', seconds: 1 },
  { work: 'cpu', connections: 2, title: 'computation (fib 28), 2 connections', seconds: 1 },
];
const WARMUP_SECONDS = 0.5;
// Of a server that was under load just now, and of everything in a quick run.
const SHORT_SECONDS = 0.2;

const VALUES = [
  { value: 'rate', unit: 'requests/s', better: 'higher' },
  { value: 'p50', unit: 'ms', better: 'lower' },
  { value: 'p99', unit: 'ms', better: 'lower' },
  { value: 'cpu', unit: 'µs of CPU per request', better: 'lower' },
];

const key = ({ work, connections }, value) => `warm/${work}/${connections}/${value}`;

const rows = LOADS.flatMap((load) =>
  VALUES.map(({ value, unit, better }) => ({
    key: key(load, value),
    title: `Warm, ${load.title}: ${value}`,
    unit,
    better,
  })),
);

async function run(peer, work, { quick, generator }) {
  const running = await peer.start(work);
  try {
    await running.up();
    const results = [];
    for (const shape of LOADS.filter((candidate) => candidate.work === work)) {
      const before = cpuMilliseconds(running.pids);
      const isWarm = results.length > 0;
      const full = peer.warmupSeconds ?? (quick ? SHORT_SECONDS : WARMUP_SECONDS);
      const warmup = isWarm ? SHORT_SECONDS : full;
      const seconds = quick ? SHORT_SECONDS : shape.seconds;
      const { rate, p50, p99, requests, limited } = await load(generator, running.request(), {
        connections: shape.connections,
        seconds,
        warmup,
      });
      const cpu = ((cpuMilliseconds(running.pids) - before) * 1000) / requests;
      for (const [value, number] of Object.entries({ rate, p50, p99, cpu })) {
        results.push({ key: key(shape, value), value: number, limited });
      }
    }
    return results;
  } finally {
    await running.stop();
  }
}

export const warm = {
  name: 'warm',
  rows,
  steps: ['hello', 'json', 'large', 'cpu'].map((work) => ({
    name: `warm ${work}`,
    applies: (peer) => peer.works.includes(work),
    run: (peer, options) => run(peer, work, options),
  })),
};
