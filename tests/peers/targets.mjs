// What hearth is to reach beside its peers, judged by a run.
import { figures, spread, times } from './table.mjs';
import { format, summary } from './stats.mjs';

function find(run, key, peer, variant) {
  const row = run.rows.find((candidate) => candidate.key === key);
  const all = row ? figures(run, row) : [];
  return all.find((figure) => figure.peer.name === peer && (variant === undefined || figure.variant === variant));
}

const atLeast = (key, peer, variant, goal) => (run) => {
  const found = find(run, key, peer, variant)?.ratio;
  return found && { text: times(found), met: found.median >= goal };
};

// The difference is taken round by round, as the ratios are.
const withinMs = (key, ours, theirs, goal) => (run) => {
  const values = (name) =>
    new Map(
      run.results
        .filter((result) => result.key === key && result.peer === name)
        .map(({ round, value }) => [round, value]),
    );
  const [a, b] = [values(ours), values(theirs)];
  const differences = [...a].filter(([round]) => b.has(round)).map(([round, value]) => (value - b.get(round)) * 1000);
  if (differences.length === 0) return undefined;
  const all = summary(differences);
  return { text: `${format(all.median)} µs (${format(all.min)}–${format(all.max)})`, met: all.median <= goal * 1000 };
};

const value = (key, peer, variant, goal, better, unit) => (run) => {
  const found = find(run, key, peer, variant)?.summary;
  if (!found) return undefined;
  return { text: `${spread(found)} ${unit}`, met: better === 'higher' ? found.median >= goal : found.median <= goal };
};

const TARGETS = [
  [
    'cold start p50, trivial function: at least 5× faster than a dynamic worker of workerd',
    atLeast('cold/hello/p50', 'workerd', 'dynamic worker', 5),
  ],
  [
    'cold start p50, Express from a template: at least 40× faster than a fresh `node`',
    atLeast('cold/express/p50', 'node', 'process', 40),
  ],
  [
    '500 cold starts per second, sustained',
    value('cold-rate/hello', 'hearth-fetch', 'template', 500, 'higher', 'starts/s'),
  ],
  [
    'private memory of an idle instance: at most half of that of a dynamic worker (100)',
    atLeast('memory/100/private', 'workerd', 'dynamic worker', 2),
  ],
  [
    'private memory of an idle instance: at most half of that of a dynamic worker (1,000)',
    atLeast('memory/1000/private', 'workerd', 'dynamic worker', 2),
  ],
  [
    '1,000 idle instances: below 1 % of a core',
    value('memory/1000/idle', 'hearth-fetch', 'one function', 1, 'lower', '% of a core'),
  ],
  [
    'warm, 32 connections: at least 3× the requests per second of workerd',
    atLeast('warm/hello/32/rate', 'workerd', undefined, 3),
  ],
  ['warm, 32 connections: p50 no higher than that of workerd', atLeast('warm/hello/32/p50', 'workerd', undefined, 1)],
  ['warm, 32 connections: p99 no higher than that of workerd', atLeast('warm/hello/32/p99', 'workerd', undefined, 1)],
  ['warm, 32 connections: no slower than nginx in front of node', atLeast('warm/hello/32/rate', 'nginx', undefined, 1)],
  [
    'warm, 1 connection: p50 at most 40 µs above plain node',
    withinMs('warm/hello/1/p50', 'hearth-server', 'node', 0.04),
  ],
];

// [{target, text, met}]: those that the run has measured. A quick run has measured nothing.
export function judge(run) {
  if (run.quick) return [];
  return TARGETS.flatMap(([target, measured]) => {
    const verdict = measured(run);
    return verdict ? [{ target, ...verdict }] : [];
  });
}
