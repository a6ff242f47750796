// hearth, in each of its dialects: the command as it is, with its defaults.
import { execFile, execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

import { Child, temporaryFolder } from '../process.mjs';
import { invokePath, workFile } from '../works.mjs';
import { HOST, running } from './running.mjs';

const ROOT = path.resolve(import.meta.dirname, '../../..');
export const HEARTH = path.resolve(ROOT, process.env.HEARTH_BIN ?? 'bazel-bin/cli/hearth');

const MAX_OUTPUT_BYTES = 1 << 26;
// A hearth that takes longer to list its instances is stuck.
const PS_TIMEOUT_MS = 10_000;

// Each request meets no instance: one instance serves one request, and `start` says where the next one must come from.
const COLD = {
  template: { scaling: { concurrency: 1, max_requests: 1 }, flags: [] },
  stem: { scaling: { concurrency: 1, max_requests: 1, template: 'off' }, flags: [] },
  zygote: { scaling: { concurrency: 1, max_requests: 1, template: 'off' }, flags: ['--stems', '0'] },
};
const MANY = (count) => ({ concurrency: 1, max_instances: count, idle_timeout: '1h' });

const toml = (scaling) =>
  [
    '[defaults.scaling]',
    ...Object.entries(scaling).map(([key, value]) => `${key} = ${JSON.stringify(value)}`),
    '',
  ].join('\n');

// Serves until it is stopped; resolves when it is ready, with the running hearth.
async function serve(paths, { scaling, flags = [] } = {}) {
  const args = [
    'dev',
    ...paths,
    '--json',
    '--host',
    HOST,
    '--port',
    '0',
    '--grpc-port',
    '0',
    '--admin-port',
    '0',
    ...flags,
  ];
  if (scaling) {
    const file = path.join(temporaryFolder(), 'host.toml');
    writeFileSync(file, toml(scaling));
    args.push('--config', file);
  }
  const ready = Promise.withResolvers();
  const onLine = (line) => {
    if (line.startsWith('{"event":"ready"')) ready.resolve(JSON.parse(line));
  };
  const child = new Child(HEARTH, args, { onLine, cwd: ROOT });
  const { http, grpc, admin, functions } = await child.during(ready.promise);
  const broken = functions.find(({ error }) => error);
  if (broken) throw new Error(`${broken.name} does not load: ${broken.error.message}`);
  return { child, port: Number(http.split(':').at(-1)), grpc, admin };
}

async function coldStarts(admin) {
  const metrics = await (await fetch(`http://${admin}/metrics`)).text();
  const found = metrics.matchAll(/^hearth_cold_starts_total\{.*start="(\w+)".*\} (\d+)$/gm);
  return Object.fromEntries([...found].map(([, start, count]) => [start, Number(count)]));
}

// How many instances there are, by state. Whoever waited for the answer without reading what hearth prints meanwhile would make
// hearth wait, too.
export async function instances(grpc) {
  const { stdout } = await promisify(execFile)(HEARTH, ['ps', '--json', '--grpc', grpc], {
    maxBuffer: MAX_OUTPUT_BYTES,
    timeout: PS_TIMEOUT_MS,
  });
  const states = {};
  for (const line of stdout.split('\n').filter(Boolean)) {
    const { state } = JSON.parse(line);
    states[state] = (states[state] ?? 0) + 1;
  }
  return states;
}

function hearth(dialect, { what, works = ['hello', 'json', 'large', 'cpu'], cold = [], memory = [] }) {
  return {
    name: `hearth-${dialect}`,
    title: `hearth, ${dialect}`,
    dialect,
    what,
    version: () => `hearth ${JSON.parse(execFileSync(HEARTH, ['version', '--json'], { encoding: 'utf8' })).hearth}`,
    missing: () => (existsSync(HEARTH) ? undefined : `there is no ${path.relative(ROOT, HEARTH)} (make hearth)`),
    works,
    cold,
    memory,

    // `variant`: where instances come from, for cold starts (COLD); or 'one function', 'many functions' with `count`.
    async start(work, { variant, count } = {}) {
      if (variant === 'many functions') return await startMany(dialect, work, count);
      const options = variant === 'one function' ? { scaling: MANY(count) } : COLD[variant];
      const { child, port, grpc, admin } = await serve([workFile(dialect, work)], options);
      const invoke = () => (dialect === 'lambda' ? invokePath(work) : '/');
      return {
        ...running({ dialect, work, port, children: [child], path: invoke }),
        grpc,
        coldStarts: () => coldStarts(admin),
      };
    },
  };
}

// `count` functions of the same code.
async function startMany(dialect, work, count) {
  const folder = temporaryFolder();
  for (let n = 0; n < count; ++n) {
    copyFileSync(workFile(dialect, work), path.join(folder, `f${n}.mjs`));
  }
  const { child, port, grpc } = await serve([folder]);
  const invoke = (n) => (dialect === 'lambda' ? invokePath(`f${n}`) : `/f${n}/`);
  return { ...running({ dialect, work, port, children: [child], path: invoke }), grpc };
}

const started = (works, variants = ['template', 'stem', 'zygote']) => variants.map((variant) => ({ variant, works }));
// Loading the framework takes long, and all but a template does it anew.
const FRAMEWORK_STARTS = 20;

export const hearthFetch = hearth('fetch', {
  what: '`hearth dev FILE`, a fetch handler',
  cold: started(['hello']),
  memory: [
    { variant: 'one function', counts: [100, 1000], held: true },
    { variant: 'many functions', counts: [100, 1000] },
  ],
});
export const hearthServer = hearth('server', {
  what: '`hearth dev FILE`, the program that `node` runs',
  cold: started(['hello', 'express']),
  memory: [{ variant: 'one function', counts: [100], held: true }],
});
export const hearthFramework = hearth('framework', {
  what: '`hearth dev FILE`, the function that functions-framework runs',
  cold: started(['hello', 'express'], ['template', 'stem']).map((kind) => ({ ...kind, count: FRAMEWORK_STARTS })),
  memory: [{ variant: 'one function', counts: [100], held: true }],
});
export const hearthLambda = hearth('lambda', {
  what: '`hearth dev FILE`, Invoke API of AWS Lambda',
  cold: started(['hello', 'express'], ['template', 'stem']),
  memory: [{ variant: 'many functions', counts: [100] }],
});
