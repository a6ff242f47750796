// Child processes, and what the kernel knows of them.
//
// Each child leads a group of its own. All groups are killed when this process ends, on Ctrl-C too.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const STOP_GRACE_MS = 3000;
const OUTPUT_TAIL_BYTES = 4096;
// USER_HZ, in which /proc/<pid>/stat counts; the same on every Linux of the architectures that hearth runs on.
const TICK_MS = 10;

const running = new Set();
const folders = [];

function killAll() {
  for (const child of running) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}

process.on('exit', killAll);
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
]) {
  process.on(signal, () => process.exit(code));
}

// Whatever a step that failed has left running would be in the way of the next one.
export async function stopAll() {
  await Promise.all([...running].map((child) => child.stop()));
}

// A folder that is removed when this process ends.
export function temporaryFolder() {
  const folder = mkdtempSync(path.join(tmpdir(), 'hearth-peers-'));
  folders.push(folder);
  return folder;
}

// A port that was free a moment ago, for programs that cannot say which one they took.
export async function freePort() {
  const server = createServer();
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export class Child {
  #child;
  #closed;
  #tail = '';
  #onLine;
  #rest = '';

  // `onLine` gets each line of standard output.
  constructor(command, args, { env = {}, cwd, onLine } = {}) {
    this.command = [path.basename(command), ...args].join(' ');
    this.#onLine = onLine;
    // performance.now() of its start.
    this.begin = performance.now();
    this.#child = spawn(command, args, {
      cwd,
      detached: true,
      env: { ...process.env, NODE_ENV: 'production', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(this);
    this.#closed = new Promise((resolve) => {
      this.#child.once('error', (error) => resolve(error.message));
      this.#child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
    }).then((end) => {
      running.delete(this);
      this.ended = end;
      return end;
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => this.#take(text, stream === this.#child.stdout));
    }
  }

  #take(text, stdout) {
    this.#tail = (this.#tail + text).slice(-OUTPUT_TAIL_BYTES);
    if (!stdout || !this.#onLine) return;
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop();
    for (const line of lines) this.#onLine(line);
  }

  get pid() {
    return this.#child.pid;
  }

  // Why it is of no use any more, with the end of what it printed.
  failure() {
    return `${this.command}: ended (${this.ended})\n${this.#tail}`;
  }

  // Rejects if the process ends before the promise is settled.
  async during(promise) {
    const ended = this.#closed.then(() => {
      throw new Error(this.failure());
    });
    return await Promise.race([promise, ended]);
  }

  kill(signal) {
    if (this.pid === undefined) return;
    try {
      process.kill(-this.pid, signal);
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  }

  // The leader may clean up; whatever of its group is left after that is killed.
  async stop() {
    if (this.ended === undefined) this.#child.kill('SIGTERM');
    await Promise.race([this.#closed, delay(STOP_GRACE_MS, undefined, { ref: false })]);
    this.kill('SIGKILL');
    await this.#closed;
  }
}

// pid -> {parent, cpuMs}: of all processes. cpuMs includes the children that the process has waited for.
function processes() {
  const all = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const text = readFileSync(`/proc/${name}/stat`, 'utf8');
      // The fields from the third on; the second, a name in parentheses, may hold anything.
      const fields = text
        .slice(text.lastIndexOf(')') + 2)
        .split(' ')
        .map(Number);
      const [utime, stime, cutime, cstime] = fields.slice(11, 15);
      all.set(Number(name), { parent: fields[1], cpuMs: (utime + stime + cutime + cstime) * TICK_MS });
    } catch (error) {
      if (error.code !== 'ENOENT' && error.code !== 'ESRCH') throw error;
    }
  }
  return all;
}

function family(all, roots) {
  const wanted = new Set(roots);
  const belongs = (pid) => {
    for (let at = pid; all.has(at); at = all.get(at).parent) if (wanted.has(at)) return true;
    return false;
  };
  return [...all.keys()].filter(belongs);
}

// CPU time of these processes and of all that descends from them, in milliseconds.
export function cpuMilliseconds(roots) {
  const all = processes();
  return family(all, roots).reduce((sum, pid) => sum + all.get(pid).cpuMs, 0);
}

// Of these processes and all that descends from them: how many, and their memory in KiB. Private is what would be free if
// they ended, Pss counts a shared page in equal parts to all who map it.
export function memory(roots) {
  const sum = { processes: 0, privateKib: 0, pssKib: 0 };
  for (const pid of family(processes(), roots)) {
    let text;
    try {
      text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    } catch (error) {
      // Gone, or a zombie.
      if (error.code === 'ENOENT' || error.code === 'ESRCH') continue;
      throw error;
    }
    sum.processes += 1;
    for (const [, name, kib] of text.matchAll(/^(\w+): +(\d+) kB$/gm)) {
      if (name.startsWith('Private_') && name !== 'Private_Hugetlb') sum.privateKib += Number(kib);
      if (name === 'Pss') sum.pssKib += Number(kib);
    }
  }
  return sum;
}

// What can be taken without swapping, in MiB.
export function availableMebibytes() {
  return Number(/^MemAvailable: +(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'))[1]) / 1024;
}
