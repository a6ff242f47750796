// Load on a server, by the generator of choice.
//
//   const { rate, p50, p99 } = await load('hearth', running.request(), { connections: 32, seconds: 2, warmup: 0.5 });
//
// A closed loop: each connection sends its next request when it has the answer to the last one. Rates are requests per second,
// times milliseconds; `requests` counts those of the warm-up too; `limited` is true if the generator says that it was the
// bottleneck itself. Rejects if any request failed, so that no server gains by refusing.
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

import { HEARTH } from './peers/hearth.mjs';
import { temporaryFolder } from './process.mjs';

const MAX_OUTPUT_BYTES = 1 << 26;

async function run(command, args) {
  try {
    return await promisify(execFile)(command, args, { maxBuffer: MAX_OUTPUT_BYTES });
  } catch (error) {
    // Its message is the whole command line.
    throw new Error(`${path.basename(command)} ${args[0]}: ${error.stderr?.trim() || error.code}`, { cause: error });
  }
}

// What the JSON of `hearth bench` (schema hearth.bench/1) says.
export function fromHearth(result) {
  const failed = Object.entries(result.outcomes).filter(([outcome, count]) => outcome !== 'ok' && count > 0);
  if (failed.length > 0)
    throw new Error(`requests failed: ${failed.map(([outcome, count]) => `${count} ${outcome}`).join(', ')}`);
  const { latency } = result.groups.all;
  return {
    rate: result.rate.achieved,
    p50: latency.p50,
    p99: latency.p99,
    requests: result.n + result.warmup_n,
    limited: result.generator.saturated,
  };
}

const WRK_MICROSECONDS = { us: 1, ms: 1000, s: 1e6, m: 60e6 };

// What `wrk --latency` prints.
export function fromWrk(text) {
  const failed = /Socket errors: .*|Non-2xx or 3xx responses: .*/.exec(text);
  if (failed) throw new Error(`requests failed: ${failed[0]}`);
  const time = (percent) => {
    const [, value, unit] = new RegExp(`^ +${percent}% +([\\d.]+)(us|ms|s|m)$`, 'm').exec(text);
    return (Number(value) * WRK_MICROSECONDS[unit]) / 1000;
  };
  return {
    rate: Number(/^Requests\/sec: +([\d.]+)/m.exec(text)[1]),
    p50: time(50),
    p99: time(99),
    requests: Number(/(\d+) requests in/.exec(text)[1]),
  };
}

async function hearth({ port, method = 'GET', path: target, headers, body }, { connections, seconds, warmup }) {
  const args = [
    'bench',
    `http://127.0.0.1:${port}${target}`,
    '--scenario',
    'warm',
    '--closed',
    '--method',
    method,
    '--no-phases',
  ];
  args.push('--connections', `${connections}`, '--duration', `${seconds * 1000}ms`, '--warmup', `${warmup * 1000}ms`);
  args.push('--quiet', '--json', '-');
  for (const [name, value] of Object.entries(headers)) args.push('--header', `${name}: ${value}`);
  if (body) args.push('--data', body);
  const { stdout } = await run(HEARTH, args);
  return fromHearth(JSON.parse(stdout));
}

async function wrk({ port, method = 'GET', path: target, headers, body }, { connections, seconds, warmup }) {
  const args = ['--threads', '1', '--connections', `${connections}`, '--latency'];
  for (const [name, value] of Object.entries(headers)) args.push('--header', `${name}: ${value}`);
  if (body || method !== 'GET') {
    const script = path.join(temporaryFolder(), 'request.lua');
    writeFileSync(script, `wrk.method = ${JSON.stringify(method)}\nwrk.body = ${JSON.stringify(body ?? '')}\n`);
    args.push('--script', script);
  }
  const url = `http://127.0.0.1:${port}${target}`;
  // wrk has no warm-up of its own, and knows whole seconds only.
  const during = async (time) =>
    fromWrk((await run('wrk', [...args, '--duration', `${Math.ceil(time)}s`, url])).stdout);
  const { requests } = warmup > 0 ? await during(warmup) : { requests: 0 };
  const measured = await during(seconds);
  return { ...measured, requests: requests + measured.requests };
}

export const GENERATORS = { hearth, wrk };

export async function load(generator, request, options) {
  return await GENERATORS[generator](request, options);
}
