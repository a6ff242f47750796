// What the hostile suite needs beside the harness of the integration tests: attacks and what is expected of them, the
// load on the victim, and what an attack may have left behind.
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readFileSync, readdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT, fixture } from '../integration/harness.mjs';

const HERE = import.meta.dirname;
const ATTACKS = path.join(HERE, 'attacks');
const ADDON = 'hostile.node';

// docs/limits-and-errors.md.
const STATUS = {
  ok: 200,
  function_error: 500,
  init_failed: 502,
  init_timeout: 502,
  timeout: 504,
  cpu_exceeded: 502,
  memory_exceeded: 502,
  response_too_large: 502,
  request_too_large: 413,
  instance_exited: 502,
  instance_killed: 502,
  invalid_response: 502,
  invalid_request: 400,
};

// What the message of a breached limit names: its key, its value as configured, and, where it tells anything, the value
// that was used.
const NAMES_LIMIT = {
  init_timeout: ({ init }) => `limits\\.init = ${init}\\b`,
  timeout: ({ timeout }) => `limits\\.timeout = ${timeout}\\b`,
  cpu_exceeded: ({ cpu }) => `limits\\.cpu = ${cpu}\\b.*?\\d+(\\.\\d+)? ?m?s\\b`,
  memory_exceeded: ({ memory }) => `limits\\.memory = ${memory}\\b.*?\\d+ ?[MG]B\\b`,
  response_too_large: ({ response }) => `limits\\.response = ${response}\\b`,
  request_too_large: ({ request }) => `limits\\.request = ${request}\\b`,
};

// The defaults of an expectation. README.md explains each member.
const DEFAULTS = {
  kind: 'fetch',
  limits: { timeout: '5s' },
  // Gone as soon as it is idle: whatever is left then is a leftover.
  scaling: { idle_timeout: '0s' },
  call: { path: '/' },
  within: 2000,
  brokenOff: false,
};

function parseAttack(file) {
  const name = file.replace(/\.[cm]js$/, '');
  const text = readFileSync(path.join(ATTACKS, file), 'utf8');
  const comment = /^(\/\/.*\n)+/.exec(text)?.[0] ?? '';
  const lines = comment.split('\n').map((line) => line.replace(/^\/\/ ?/, ''));
  const at = lines.findIndex((line) => line.startsWith('expect:'));
  if (at < 0) throw new Error(`${file} does not begin with a comment that says what to expect`);
  let expect;
  try {
    expect = JSON.parse(lines.slice(at).join('\n').slice('expect:'.length));
  } catch (error) {
    throw new Error(`${file}: what to expect is not JSON: ${error.message}`);
  }
  const merged = { ...DEFAULTS, ...expect, scaling: { ...DEFAULTS.scaling, ...expect.scaling } };
  return {
    ...merged,
    name,
    file,
    what: lines.slice(0, at).join(' ').trim(),
    status: merged.status ?? STATUS[merged.outcome],
    namesLimit: NAMES_LIMIT[merged.outcome]?.(merged.limits),
  };
}

export const attacks = readdirSync(ATTACKS).sort().map(parseAttack);

// The addon of the attacks that need a system call, or a crash, that JavaScript has not.
function buildAddon() {
  const built = path.join(fixture({}), ADDON);
  const headers = path.join(ROOT, `node_modules/node-linux-${process.arch}/include/node`);
  const source = path.join(HERE, 'native/hostile.c');
  execFileSync('cc', ['-shared', '-fPIC', '-O1', '-Wall', '-Werror', '-pthread', '-I', headers, '-o', built, source]);
  return built;
}

function toToml({ kind, entry, limits, scaling }) {
  const table = (name, values) =>
    `[${name}]\n${Object.entries(values).map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`).join('')}`;
  return `kind = "${kind}"\nentry = "${entry}"\n${table('limits', limits)}${table('scaling', scaling)}`;
}

// A folder with one function for each attack, and the victim.
export function deploy(chosen) {
  const folder = fixture({
    'victim/index.mjs': readFileSync(path.join(HERE, 'victim/index.mjs')),
    'victim/hearth.toml': 'kind = "fetch"\n',
  });
  const addon = chosen.some(({ native }) => native) ? buildAddon() : null;
  for (const attack of chosen) {
    const code = path.join(folder, attack.name);
    const entry = `index${path.extname(attack.file)}`;
    mkdirSync(code);
    copyFileSync(path.join(ATTACKS, attack.file), path.join(code, entry));
    writeFileSync(path.join(code, 'hearth.toml'), toToml({ ...attack, entry }));
    if (attack.native) copyFileSync(addon, path.join(code, ADDON));
    for (const [name, target] of Object.entries(attack.links ?? {})) symlinkSync(target, path.join(code, name));
  }
  return folder;
}

// Sends the victim a steady load.
export class Load {
  static RATE = 300;
  #child = fork(path.join(HERE, 'load.mjs'));
  #port;

  constructor(port) {
    this.#port = port;
  }

  begin() {
    this.#child.send({ begin: { port: this.#port, path: '/victim/', rate: Load.RATE } });
  }

  async end() {
    this.#child.send({ end: true });
    const [result] = await once(this.#child, 'message');
    return result;
  }

  stop() {
    this.#child.disconnect();
  }
}

function orNull(read) {
  try {
    return read();
  } catch {
    return null;
  }
}

// Folders of control groups that are hearth's.
function controlGroups(root = '/sys/fs/cgroup') {
  const found = [];
  for (const entry of orNull(() => readdirSync(root, { withFileTypes: true })) ?? []) {
    if (!entry.isDirectory()) continue;
    const folder = path.join(root, entry.name);
    if (/hearth/.test(folder)) found.push(folder);
    found.push(...controlGroups(folder));
  }
  return found;
}

// Names in the folders for temporary files that an attack or hearth has put there. Attacks begin theirs with "hostile-";
// what tests and benchmarks put there is not hearth's.
function temporaryFiles() {
  return ['/', '/usr/bin', '/tmp', '/var/tmp', '/dev/shm', '/run'].flatMap((folder) =>
    (orNull(() => readdirSync(folder)) ?? [])
      .filter((name) => /^(hostile-|hearth-(?!test-|bench-))/.test(name))
      .map((name) => path.join(folder, name)));
}

// Processes that are neither hearth's own nor the victim's: below hearth in the tree, or, wherever they are, with a
// folder of the fixture as their own.
function strangers(hearth, folder) {
  const parents = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = orNull(() => readFileSync(`/proc/${name}/stat`, 'latin1').replace(/^.*\) /s, '').split(' '));
    if (stat) parents.set(Number(name), { parent: Number(stat[1]), state: stat[0] });
  }
  const below = (pid) => pid === hearth || (parents.has(pid) && below(parents.get(pid).parent));
  const found = [];
  for (const [pid, { parent, state }] of parents) {
    const directory = orNull(() => readlinkSync(`/proc/${pid}/cwd`)) ?? '';
    const here = pid !== hearth && pid !== process.pid && (below(parent) || directory.startsWith(folder));
    const title = orNull(() => readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ').trim()) ?? '';
    // What has just ended and hearth is about to collect is a leftover only if it stays.
    if (here && !/^hearth: (zygote|stem|victim|.*\(template\)$)/.test(title)) found.push(`${pid} ${state} ${title}`);
  }
  return found;
}

// What an attack must leave as it was.
// The live instances of one function, for an attack that must not survive.
export function instancesOf(hearthPid, name) {
  const children = orNull(() => readFileSync(`/proc/${hearthPid}/task/${hearthPid}/children`, 'utf8')) ?? '';
  return children.trim().split(' ').filter((pid) => {
    const title = orNull(() => readFileSync(`/proc/${pid}/cmdline`, 'latin1')) ?? '';
    return title.startsWith(`hearth: ${name}-`) && !title.includes('(template)');
  }).map((pid) => `instance ${pid}`);
}

export class Surroundings {
  #hearth;
  #folder;
  #before;

  constructor(hearth, folder) {
    this.#hearth = hearth;
    this.#folder = folder;
    this.#before = this.#look();
  }

  #look() {
    return {
      process: strangers(this.#hearth, this.#folder),
      mount: (orNull(() => readFileSync(`/proc/${this.#hearth}/mounts`, 'utf8')) ?? '').split('\n'),
      'mount of the tests': readFileSync('/proc/self/mounts', 'utf8').split('\n'),
      'control group': controlGroups(),
      file: [
        ...temporaryFiles(),
        ...readdirSync(this.#folder, { recursive: true }).map((name) => path.join(this.#folder, name)),
      ],
    };
  }

  // What is there now and was not before: ["process 123 S sleep", …].
  changes() {
    return Object.entries(this.#look()).flatMap(([what, now]) =>
      now.filter((one) => !this.#before[what].includes(one)).map((one) => `${what} ${one}`));
  }

  // For the sake of the attacks that follow: ends the leftover processes and removes the leftover files.
  clear() {
    for (const change of this.changes()) {
      const [, pid] = /^process (\d+)/.exec(change) ?? [];
      const [, file] = /^file (.*)/.exec(change) ?? [];
      if (pid) orNull(() => process.kill(Number(pid), 'SIGKILL'));
      if (file && /(\/hostile-|^\/tmp\/hearth-test-)/.test(file)) rmSync(file, { recursive: true, force: true });
    }
  }
}
