// Each attack of attacks/ has exactly the outcome it expects, in time, while the victim beside it goes on answering; and
// it leaves nothing behind.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { Readable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Hearth, alive, eventually } from '../integration/harness.mjs';
import { Load, Surroundings, attacks, deploy, instancesOf } from './harness.mjs';

const MIN_ATTACKS = 60;

// The victim's 99th percentile under attack, as a multiple of the one it has alone.
const MAX_SLOWDOWN = 3;
// Below this a slowdown says nothing. A request to the victim wakes three processes in turn (hearth, the instance,
// hearth again, the caller); on two cores that are both busy each may wait out a scheduler's slice, 3 to 4 ms, while
// alone all of it takes less than 1 ms.
const FLOOR_MS = 15;
const ALONE_MS = 1500;
// Of the victim under one attack, before the slowdown counts.
const MEASUREMENTS = 3;
// At least so long, so that a percentile means something: 150 requests.
const MIN_WINDOW_MS = 500;
const LEFTOVER_GUARD_MS = 3000;
const CLIENT_GUARD_MS = 20_000;

// Of a list, and of a text, in a message.
const SHOWN = 5;
const SHOWN_CHARACTERS = 300;
// What is kept of an answer that may not end.
const MAX_TEXT = 1 << 20;
const CHUNK_BYTES = 64 << 10;

// More than hearth itself ever needs here, far less than what the attacks would have it hold.
const MAX_HEARTH_MEMORY_KB = 256 << 10;
// Fewer than one for each attack. Connections and processes that come and go.
const SPARE_DESCRIPTORS = 64;

const milliseconds = (value) => `${value.toFixed(1)} ms`;

const descriptorsOf = (pid) => readdirSync(`/proc/${pid}/fd`).length;

function memoryOf(pid) {
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
}

// A body of so many bytes, made as it is sent, so that the client costs the machine next to nothing.
function* chunks(bytes) {
  const chunk = Buffer.alloc(CHUNK_BYTES, 'x');
  for (let left = bytes; left > 0; left -= chunk.length) yield chunk.subarray(0, left);
}

// Sends one request, as the attack says, and reads the answer to its end.
function call(hearth, name, { path: target = '/', method = 'GET', bytes = 0, nestedEvent = 0 }) {
  const url = nestedEvent ? `/2015-03-31/functions/${name}/invocations` : `/${name}${target}`;
  const body = nestedEvent ? ['['.repeat(nestedEvent), ']'.repeat(nestedEvent)] : chunks(bytes);
  const headers = { connection: 'close', 'content-length': nestedEvent ? 2 * nestedEvent : bytes };
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const request = http.request(hearth.http + url, { method: nestedEvent ? 'POST' : method, headers });
    const guard = setTimeout(() => request.destroy(new Error('the answer does not end')), CLIENT_GUARD_MS);
    request.on('close', () => clearTimeout(guard));
    // After an answer that came early, hearth need not take the rest of the body.
    request.on('error', reject);
    request.on('response', (response) => {
      const { statusCode: status, headers: { 'x-hearth-request-id': id, 'x-hearth-start': start } } = response;
      let text = '';
      response.setEncoding('latin1');
      response.on('data', (part) => {
        if (text.length < MAX_TEXT) text += part;
      });
      response.on('error', () => {});
      response.on('close', () => {
        resolve({ status, id, start, text, brokenOff: !response.complete, took: performance.now() - began });
        request.destroy();
      });
    });
    Readable.from(body).on('error', () => {}).pipe(request);
  });
}

// The error of an answer that is hearth's own and not the function's.
function errorOf(answer) {
  try {
    return JSON.parse(answer.text).error ?? null;
  } catch {
    return null;
  }
}

// hearth reports each invocation that fails or waits for a cold start.
function reportOf(hearth, { status, id, start, brokenOff }) {
  if (start === 'warm' && status === 200 && !brokenOff) return { outcome: 'ok' };
  return hearth.waitForLine(({ event, request_id: request }) => event === 'invocation' && request === id,
    `the report of request ${id}`);
}

// What is wrong with the answer, in words. What hearth reports about the invocation says the same as what it answered.
function* problemsOf(attack, answer, report) {
  const said = `${answer.status} ${answer.text.slice(0, SHOWN_CHARACTERS)}`;
  if (report.outcome !== attack.outcome) {
    yield `outcome ${report.outcome}, not ${attack.outcome}: ${said}`;
    return;
  }
  if (answer.status !== (attack.brokenOff ? 200 : attack.status)) yield `status ${answer.status}, not ${attack.status}`;
  if (answer.brokenOff !== attack.brokenOff) yield `${answer.brokenOff ? '' : 'not '}broken off: ${said}`;
  if (answer.took > attack.within) yield `took ${milliseconds(answer.took)}, more than ${attack.within} ms`;
  if (attack.answer && !new RegExp(`^(${attack.answer})$`).test(answer.text)) yield `answer ${said}`;
  if (attack.outcome === 'ok') return;

  const { message } = report.error;
  for (const expected of [attack.namesLimit, attack.message]) {
    if (expected && !new RegExp(expected).test(message)) yield `message ${message}, not /${expected}/`;
  }
  if (attack.brokenOff || attack.call.nestedEvent) return;
  const error = errorOf(answer);
  if (error?.message !== message) yield `answered ${error?.message}, but reported ${message}`;
  if (error?.outcome !== attack.outcome) yield `answered outcome ${error?.outcome}, not ${attack.outcome}`;
  if (error?.request_id !== answer.id) yield `answered request id ${error?.request_id}, not ${answer.id}`;
  if (attack.stack && !new RegExp(attack.stack).test(error?.stack?.join('\n'))) {
    yield `stack ${error?.stack}, not /${attack.stack}/`;
  }
}

describe('attacks', { concurrency: 1 }, () => {
  const chosen = attacks.filter(({ hearth }) => hearth !== 'killed');
  const folder = deploy(chosen);
  let hearth;
  let load;
  let alone;
  let descriptors;

  // The victim while nothing else happens.
  async function measureAlone() {
    load.begin();
    await delay(ALONE_MS);
    return (await load.end()).p99;
  }

  async function start() {
    load?.stop();
    hearth = await Hearth.start(folder, '--sandbox', 'strict');
    load = new Load(hearth.port);
    await measureAlone();
    alone = await measureAlone();
    descriptors = descriptorsOf(hearth.pid);
  }

  before(start);
  after(async () => {
    load?.stop();
    if (alive(hearth.pid)) await hearth.stop();
  });

  async function attackOnce(attack) {
    const surroundings = new Surroundings(hearth.pid, folder);
    load.begin();
    const window = delay(MIN_WINDOW_MS);
    const problems = [];
    try {
      const answer = await call(hearth, attack.name, attack.call);
      problems.push(...problemsOf(attack, answer, await reportOf(hearth, answer)));
      for (const next of attack.then ?? []) {
        const answers = await Promise.all(Array.from({ length: next.times ?? 1 }, () => call(hearth, attack.name, next)));
        for (const { status, text } of answers) {
          if (status !== 200 || text !== next.answer) problems.push(`${next.path} afterwards: ${status} ${text}`);
        }
      }
    } catch (error) {
      problems.push(`no answer: ${error.message} ${error.cause ?? ''}`);
    }
    await window;
    const victim = await load.end();
    if (!alive(hearth.pid)) problems.push('hearth has ended');
    problems.push(...victim.failures.slice(0, SHOWN).map((failure) => `the victim: ${failure}`));
    const end = performance.now() + LEFTOVER_GUARD_MS;
    const leftovers = () => [...surroundings.changes(), ...(attack.ends ? instancesOf(hearth.pid, attack.name) : [])];
    let left = leftovers();
    while (left.length > 0 && performance.now() < end) {
      await delay(20);
      left = leftovers();
    }
    if (left.length > 0) problems.push(`${left.length} left behind: ${left.slice(0, SHOWN).join(', ')}`);
    surroundings.clear();
    return { problems, p99: victim.p99 };
  }

  const tooSlow = (p99) => p99 > Math.max(MAX_SLOWDOWN * alone, FLOOR_MS);

  for (const attack of chosen) {
    test(attack.name, async (t) => {
      if (!alive(hearth.pid)) await start();
      let { problems, p99 } = await attackOnce(attack);
      t.diagnostic(`victim p99 ${milliseconds(p99)}, alone ${milliseconds(alone)}`);
      // Was it the attack, or has the machine something else to do? An attack that slows the victim does so every time.
      for (let turn = 1; problems.length === 0 && tooSlow(p99); turn++) {
        if (turn === MEASUREMENTS) {
          problems.push(`the victim's p99 is ${milliseconds(p99)}, alone ${milliseconds(alone)}`);
          break;
        }
        alone = await measureAlone();
        ({ problems, p99 } = await attackOnce(attack));
        t.diagnostic(`again: victim p99 ${milliseconds(p99)}, alone ${milliseconds(alone)}`);
      }
      if (problems.length > 0) assert.fail(problems.join('\n'));
    });
  }

  test('all of them leave hearth small', () => {
    const kilobytes = memoryOf(hearth.pid);
    assert.ok(kilobytes < MAX_HEARTH_MEMORY_KB, `hearth took ${kilobytes >> 10} MB`);
  });

  test('all of them leave hearth with as many descriptors as before', () =>
    eventually(`hearth has ${descriptorsOf(hearth.pid)} descriptors open, at first ${descriptors}`, () =>
      descriptorsOf(hearth.pid) < descriptors + SPARE_DESCRIPTORS));
});

describe('hearth is killed', { concurrency: 1 }, () => {
  for (const attack of attacks.filter(({ hearth }) => hearth === 'killed')) {
    test(`while ${attack.name} runs, and no process is left`, async () => {
      const folder = deploy([attack]);
      const hearth = await Hearth.start(folder, '--sandbox', 'strict');
      const surroundings = new Surroundings(hearth.pid, folder);
      const refused = call(hearth, attack.name, attack.call).catch(() => {});
      await hearth.waitForLog('armed');
      hearth.kill('SIGKILL');
      await hearth.exit();
      await refused;
      const processes = () => surroundings.changes().filter((change) => change.startsWith('process'));
      const end = performance.now() + LEFTOVER_GUARD_MS;
      while (processes().length > 0 && performance.now() < end) await delay(20);
      const left = processes();
      surroundings.clear();
      assert.deepEqual(left, []);
    });
  }
});

describe('the suite', () => {
  test(`has at least ${MIN_ATTACKS} attacks`, () => assert.ok(attacks.length >= MIN_ATTACKS, `${attacks.length}`));

  test('is listed in its README, as it is', () => {
    const text = readFileSync(path.join(import.meta.dirname, 'README.md'), 'utf8');
    const listed = text.split('\n').filter((line) => line.startsWith('| ['));
    assert.deepEqual(listed, attacks.map(({ name, file, what, outcome, answer }) =>
      `| [${name}](attacks/${file}) | ${what} | ${outcome}${outcome === 'ok' && answer ? `: \`${answer.replaceAll('|', '\\|')}\`` : ''} |`));
  });
});
