// Measures hearth and its peers side by side: `make bench-peers`.
//
//   node tests/peers/run.mjs [--quick] [--only PEER,…] [--measure NAME,…] [--rounds N] [--generator hearth|wrk]
//                            [--json FILE] [--page FILE]
//
// Prints the table of ratios and writes the page. A run that leaves something out writes no page unless --page says where.
// Exits with 1 if a measurement failed; the others are there all the same.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { GENERATORS } from './load.mjs';
import { machine } from './machine.mjs';
import { MEASURES } from './measure/index.mjs';
import { page } from './page.mjs';
import { PEERS } from './peers/index.mjs';
import { stopAll } from './process.mjs';
import { rotated } from './stats.mjs';
import { ratioTable, text } from './table.mjs';
import { judge } from './targets.mjs';

const ROUNDS = 5;
// Everything, generator included, runs on as many; more would make figures of different machines incomparable.
const CORES = 2;
const PAGE = path.resolve(import.meta.dirname, '../../docs/benchmarks.md');

function fail(message) {
  console.error(`bench-peers: error: ${message}`);
  process.exit(2);
}

function chosen(flag, value, all) {
  if (value === undefined) return all;
  const names = value.split(',');
  const unknown = names.find((name) => !all.some((one) => one.name === name));
  if (unknown !== undefined) fail(`${flag}: "${unknown}" is none of ${all.map(({ name }) => name).join(', ')}`);
  return all.filter(({ name }) => names.includes(name));
}

function parseArguments() {
  const options = {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    measure: { type: 'string' },
    rounds: { type: 'string', default: `${ROUNDS}` },
    generator: { type: 'string', default: 'hearth' },
    json: { type: 'string' },
    page: { type: 'string' },
  };
  try {
    const { values } = parseArgs({ options });
    const rounds = Number(values.rounds);
    if (!Number.isInteger(rounds) || rounds < 1) fail(`--rounds: "${values.rounds}" is no whole number above 0`);
    if (!GENERATORS[values.generator])
      fail(`--generator: "${values.generator}" is none of ${Object.keys(GENERATORS).join(', ')}`);
    const peers = chosen('--only', values.only, PEERS);
    const measures = chosen('--measure', values.measure, MEASURES);
    const whole =
      !values.quick && rounds >= ROUNDS && peers.length === PEERS.length && measures.length === MEASURES.length;
    return { ...values, rounds, peers, measures, page: values.page ?? (whole ? PAGE : undefined) };
  } catch (error) {
    return fail(error.message);
  }
}

// This process, and with it all that it starts.
function takeCores() {
  if (os.cpus().length > CORES)
    execFileSync('taskset', ['-pc', `0-${CORES - 1}`, `${process.pid}`], { stdio: 'ignore' });
}

async function measureStep(step, peers, options, results) {
  for (const peer of rotated(peers.filter(step.applies), options.round)) {
    const begin = performance.now();
    const progress = (what) =>
      console.error(`round ${options.round + 1}  ${step.name.padEnd(22)}  ${peer.name.padEnd(20)}  ${what}`);
    try {
      const measured = await step.run(peer, options);
      for (const result of measured) results.push({ ...result, peer: peer.name, round: options.round });
      progress(`${((performance.now() - begin) / 1000).toFixed(1)} s`);
    } catch (error) {
      results.push({ step: step.name, peer: peer.name, round: options.round, error: error.message });
      progress(`failed: ${error.message}`);
      await stopAll();
    }
  }
}

async function measureAll({ peers, measures, rounds, quick, generator }) {
  const results = [];
  for (let round = 0; round < rounds; ++round) {
    for (const { steps } of measures) {
      for (const step of steps) await measureStep(step, peers, { round, quick, generator }, results);
    }
  }
  return results;
}

function describe({ peers, quick, rounds, generator }) {
  const present = peers.filter((peer) => !peer.missing?.());
  return {
    schema: 'hearth.peers/1',
    date: new Date().toISOString().slice(0, 16).replace('T', ' ') + ' UTC',
    command: [
      'make bench-peers',
      ...(process.argv.length > 2 ? [`ARGS="${process.argv.slice(2).join(' ')}"`] : []),
    ].join(' '),
    quick,
    rounds,
    generator: generator === 'hearth' ? 'hearth bench' : generator,
    machine: machine(),
    versions: [...new Set(present.map((peer) => peer.version()))],
    peers: peers.map(({ name, title, against, what, missing }) => ({
      name,
      title,
      against,
      what,
      missing: missing?.(),
    })),
  };
}

const options = parseArguments();
takeCores();
const begin = performance.now();
const run = {
  ...describe(options),
  rows: options.measures.flatMap(({ name, rows }) => rows.map((row) => ({ ...row, measure: name }))),
};
for (const { title, missing } of run.peers.filter(({ missing }) => missing))
  console.error(`${title} is not measured: ${missing}`);
const present = options.peers.filter((peer) => !run.peers.find(({ name }) => name === peer.name).missing);
run.results = await measureAll({ ...options, peers: present });
run.minutes = (performance.now() - begin) / 60_000;

console.log(text(ratioTable(run)));
for (const { target, text: measured, met } of judge(run))
  console.log(`${met ? 'reached' : 'missed '}  ${target}: ${measured}`);
if (options.json) writeFileSync(options.json, `${JSON.stringify(run, undefined, 1)}\n`);
if (options.page) writeFileSync(options.page, page(run));
process.exit(run.results.some(({ error }) => error) ? 1 : 0);
