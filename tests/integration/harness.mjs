// Runs hearth as its users do: the real binary, real sockets, real functions, no sleeps.
//
//   const hearth = await Hearth.start(fixture({ 'hello/index.js': '…' }));
//   const response = await hearth.fetch('/hello/');
//   await hearth.stop();
//
// A test that fails prints what hearth printed. Whatever a test leaves running or on disk ends with the test process.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, afterEach } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

export const ROOT = path.resolve(import.meta.dirname, '../..');
const BINARY = path.resolve(ROOT, process.env.HEARTH_BIN ?? 'bazel-bin/cli/hearth');

// No wait of these tests depends on it: it turns a hang into a failure that says what was waited for.
const GUARD_MS = 20_000;
const STOP_GUARD_MS = 5_000;
const POLL_MS = 10;

// The hearth processes of this test file that have not ended.
const running = new Set();
const folders = [];

process.on('exit', () => {
  for (const hearth of running) hearth.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

// One that a failed test left running would keep the file's process alive for ever.
after(() => {
  setTimeout(() => running.forEach((hearth) => hearth.kill('SIGKILL')), STOP_GUARD_MS).unref();
});

afterEach((test) => {
  for (const hearth of running) {
    const text = hearth.takeNewOutput();
    if (!test.passed && text) test.diagnostic(`hearth printed:\n${text}`);
  }
});

// Writes the files, by path relative to a new temporary folder, and returns that folder.
export function fixture(files) {
  const folder = mkdtempSync(path.join(tmpdir(), 'hearth-test-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return folder;
}

// Rejects with the text that `describe` gives if the promise is not settled when the guard time has passed.
export async function within(ms, promise, describe) {
  const timer = Promise.withResolvers();
  const id = setTimeout(() => timer.reject(new Error(describe())), ms);
  try {
    return await Promise.race([promise, timer.promise]);
  } finally {
    clearTimeout(id);
  }
}

// For state that nothing announces (a process that is gone, a counter): asks until the answer is true.
export async function eventually(what, predicate) {
  const end = performance.now() + GUARD_MS;
  while (!(await predicate())) {
    if (performance.now() > end) throw new Error(`still not so after ${GUARD_MS} ms: ${what}`);
    await delay(POLL_MS);
  }
}

// Asserts that hearth itself answered with an error, as every HTTP error body has it, and returns that error.
export async function failure(response, status, outcome) {
  const { error } = await response.json();
  assert.deepEqual([response.status, error?.outcome], [status, outcome], JSON.stringify(error));
  assert.equal(error.request_id, response.headers.get('x-hearth-request-id'));
  return error;
}

export class Hearth {
  // What hearth printed on stdout, one object a line.
  lines = [];
  #waiting = new Set();
  #transcript = [];
  #taken = 0;
  #child;
  #end;
  #closed;

  constructor(paths, port) {
    const args = ['dev', ...paths, '--json', '--port', `${port}`, '--grpc-port', '0', '--admin-port', '0'];
    // Functions get hearth's environment; the test runner's own mark in it is none of theirs.
    const { NODE_TEST_CONTEXT, ...env } = process.env;
    this.#child = spawn(BINARY, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#end = new Promise((resolve, reject) => {
      this.#child.on('error', reject);
      this.#child.on('exit', (code, signal) => resolve({ code, signal }));
    });
    const closed = new Promise((resolve) => this.#child.on('close', resolve));
    this.#closed = Promise.all([this.#end, closed]).then(([end]) => end);
    this.#closed.then(() => this.#giveUp('hearth ended'), (error) => this.#giveUp(error.message));
    createInterface({ input: this.#child.stdout }).on('line', (text) => this.#take(text));
    createInterface({ input: this.#child.stderr }).on('line', (text) => this.#transcript.push(text));
    running.add(this);
    this.#end.finally(() => running.delete(this)).catch(() => {});
  }

  // Resolves when hearth is ready to serve.
  static async start(...paths) {
    const hearth = new Hearth(paths, 0);
    hearth.ready = await hearth.waitForLine(({ event }) => event === 'ready');
    return hearth;
  }

  // For a start that must fail: gives the exit code and what the error events say.
  static async fail(folder, { port = 0, args = [] } = {}) {
    const hearth = new Hearth([folder, ...args], port);
    const { code } = await within(GUARD_MS, hearth.#closed, () => `hearth did not exit\n${hearth.output()}`);
    const errors = hearth.lines.filter(({ event }) => event === 'error');
    return { code, message: errors.map(({ message }) => message).join('\n') };
  }

  get pid() {
    return this.#child.pid;
  }

  get http() {
    return `http://${this.ready.http}`;
  }

  get port() {
    return Number(this.ready.http.split(':').at(-1));
  }

  async fetch(target, init) {
    const response = await fetch(`${this.http}${target}`, { signal: AbortSignal.timeout(GUARD_MS), ...init });
    assert.ok(response.headers.get('x-hearth-request-id'), `${target}: no x-hearth-request-id`);
    return response;
  }

  // The AWS endpoint, without an SDK.
  invoke(name, event = {}) {
    return this.fetch(`/2015-03-31/functions/${name}/invocations`, { method: 'POST', body: JSON.stringify(event) });
  }

  admin(target) {
    return fetch(`http://${this.ready.admin}${target}`, { signal: AbortSignal.timeout(GUARD_MS) });
  }

  // Sum of the samples of one metric that have all the given labels.
  async metric(name, labels = {}) {
    const text = await (await this.admin('/metrics')).text();
    let sum = 0;
    for (const [, sample, list = '', value] of text.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)) {
      const found = Object.fromEntries(Array.from(list.matchAll(/(\w+)="([^"]*)"/g), ([, key, text]) => [key, text]));
      if (sample === name && Object.entries(labels).every(([key, text]) => found[key] === text)) sum += Number(value);
    }
    return sum;
  }

  // The first line, of those printed already or still to come, that the predicate accepts.
  async waitForLine(predicate, what = `${predicate}`) {
    const line = this.lines.find(predicate);
    if (line) return line;
    const waiter = { predicate, what, ...Promise.withResolvers() };
    this.#waiting.add(waiter);
    return within(GUARD_MS, waiter.promise, () => `no line for ${what}\n${this.output()}`);
  }

  waitForLog(message, requestId) {
    const logged = (line) =>
      line.event === 'log' && line.message === message && (!requestId || line.request_id === requestId);
    return this.waitForLine(logged, `the log line "${message}"${requestId ? ` of request ${requestId}` : ''}`);
  }

  kill(signal) {
    this.#child.kill(signal);
  }

  // Resolves when the process itself has ended, whoever still holds its output.
  exit() {
    return within(STOP_GUARD_MS, this.#end, () => `hearth did not exit\n${this.output()}`);
  }

  async stop(signal = 'SIGINT') {
    this.kill(signal);
    assert.deepEqual(await this.exit(), { code: 0, signal: null }, this.output());
  }

  output() {
    return this.#transcript.join('\n');
  }

  takeNewOutput() {
    const text = this.#transcript.slice(this.#taken).join('\n');
    this.#taken = this.#transcript.length;
    return text;
  }

  #take(text) {
    this.#transcript.push(text);
    let line;
    try {
      line = JSON.parse(text);
    } catch {
      line = { event: 'not JSON', message: text };
    }
    this.lines.push(line);
    for (const waiter of this.#waiting) {
      if (!waiter.predicate(line)) continue;
      this.#waiting.delete(waiter);
      waiter.resolve(line);
    }
  }

  #giveUp(reason) {
    for (const waiter of this.#waiting) waiter.reject(new Error(`${reason} before ${waiter.what}\n${this.output()}`));
    this.#waiting.clear();
  }
}

// The fields of /proc/<pid>/stat after the command name, which may hold blanks: [state, parent, …]. Null once it is
// gone.
function statOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
  } catch {
    return null;
  }
}

// A zombie is gone: whoever adopted it has yet to notice.
export function alive(pid) {
  const stat = statOf(pid);
  return stat !== null && stat[0] !== 'Z' && stat[0] !== 'X';
}

// The machine's id of an instance's process, which knows itself by the id `pid` of its pid namespace. Undefined if there is
// none.
export function processOf(hearth, name, pid) {
  return descendants(hearth.pid).find((found) => {
    try {
      return readFileSync(`/proc/${found}/cmdline`, 'utf8').startsWith(`hearth: ${name}-`) &&
        Number(/^NSpid:.*?(\d+)$/m.exec(readFileSync(`/proc/${found}/status`, 'utf8'))[1]) === pid;
    } catch {
      return false;
    }
  });
}

export function descendants(ancestor) {
  const children = new Map();
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? statOf(name) : null;
    if (stat) children.set(Number(stat[1]), [...(children.get(Number(stat[1])) ?? []), Number(name)]);
  }
  const found = [];
  for (const queue = [ancestor]; queue.length > 0;) {
    const next = children.get(queue.shift()) ?? [];
    found.push(...next);
    queue.push(...next);
  }
  return found;
}
