// hearth exec: what a program sees, says and ends with is what `node FILE` gives it, in a running hearth and without one.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { BINARY, command, run } from './command.mjs';
import { Hearth, alive, eventually, fixture } from './harness.mjs';

const PROGRAMS = {
  'cat.cjs': 'process.stdin.pipe(process.stdout); process.stderr.write("copied");',
  'about.mjs': `
    console.log(JSON.stringify({
      argv: process.argv, execArgv: process.execArgv, cwd: process.cwd(), env: process.env, umask: process.umask(),
      main: import.meta.main, zone: new Date(0).getTimezoneOffset(), pid: process.pid, uptime: process.uptime(),
      tty: [process.stdin.isTTY, process.stdout.isTTY, process.stderr.isTTY], columns: process.stdout.columns,
    }));`,
  'events.cjs': `
    process.on('beforeExit', (code) => console.log('beforeExit', code));
    process.on('exit', (code) => console.log('exit', code));
    if (require.main !== module) throw new Error('not the main module');
    setTimeout(() => { process.exitCode = 7; }, 5);`,
  'code.cjs': 'process.exit(Number(process.argv[2]));',
  'throw.cjs': 'console.log("before");\nthrow new RangeError("too far");',
  'reject.mjs': 'await Promise.reject(new TypeError("no"));',
  'late.cjs': 'setTimeout(() => { throw new Error("late"); }, 5); process.on("exit", (code) => console.log("exit", code));',
  'caught.cjs': `
    process.on('uncaughtException', (error) => { console.log('caught', error.message); process.exitCode = 4; });
    setTimeout(() => { throw new Error('late'); }, 5);`,
  'unsettled.mjs': 'await new Promise(() => {});',
  'kill.cjs': 'process.kill(process.pid, process.argv[2]); setInterval(() => {}, 1000);',
  'abort.cjs': 'process.abort();',
  'signals.cjs': `
    for (const name of ['SIGINT', 'SIGTERM', 'SIGUSR2', 'SIGHUP']) {
      process.on(name, () => { console.log(name); process.exit(9); });
    }
    setInterval(() => {}, 1000);
    console.log('ready', process.pid);`,
  'server.cjs': `
    const http = require('http');
    const server = http.createServer((request, response) => response.end('own port'));
    server.listen(0, '127.0.0.1', async () => {
      const { port } = server.address();
      console.log(port > 0, await (await fetch('http://127.0.0.1:' + port)).text());
      server.close();
    });`,
  'typed.ts': 'const text: string = "typed"; console.log(text);',
  'background.cjs': `
    WebAssembly.compile(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0])).then(() => console.log('compiled'));
    require('crypto').pbkdf2('a', 'b', 1000, 8, 'sha256', () => console.log('derived'));
    require('child_process').execFile(process.execPath, ['-p', '1+1'], (error, out) => console.log('child', out.trim()));
    new (require('worker_threads').Worker)('console.log("worker")', { eval: true });`,
  'nested.cjs': `
    const [, , hearth, port] = process.argv;
    const args = ['exec', '--stats', '--grpc', 'localhost:' + port, require('path').join(__dirname, 'code.cjs'), '0'];
    console.log(require('child_process').spawnSync(hearth, args, { encoding: 'utf8' }).stderr.trim());`,
  'raw.cjs': `
    process.stdin.setRawMode(true);
    console.log(['terminal', process.stdin.isTTY, process.stdout.isTTY, process.stdout.columns > 0].join(' '));
    process.exit(3);`,
};

const FUNCTIONS = {
  // Tries what hearth exec does.
  'escape/index.mjs': `
    import net from 'node:net';
    export const handler = ({ path }) => new Promise((resolve) => {
      const socket = net.connect(path);
      socket.on('error', (error) => resolve(error.code));
      socket.on('close', () => resolve('closed'));
      socket.on('data', () => resolve('served'));
    });`,
};

const folder = realpathSync(fixture(PROGRAMS));
const file = (name) => path.join(folder, name);
const { NODE_TEST_CONTEXT, ...env } = process.env;
const node = (args, options) => run(args, { ...options, program: process.execPath });

let hearth;
let port;
before(async () => {
  hearth = await Hearth.start(fixture({ 'f/index.mjs': 'export default { fetch: () => new Response() };' }));
  port = hearth.ready.grpc.split(':').at(-1);
});
after(() => hearth?.stop());

const socketPath = () => {
  const runtime = process.env.XDG_RUNTIME_DIR;
  const paths = [`/tmp/hearth-${process.getuid()}/exec-${port}.sock`];
  if (runtime) paths.unshift(`${runtime}/hearth/exec-${port}.sock`);
  return paths.find(existsSync);
};

// Nothing listens for gRPC on port 1.
for (const [where, grpc, program] of [
  ['in a running hearth', () => `localhost:${port}`, BINARY],
  ['by hearth-exec, in a running hearth', () => `localhost:${port}`, `${BINARY}-exec`],
  ['alone', () => 'localhost:1', BINARY],
]) {
  describe(where, () => {
    const words = (args) => [...(program === BINARY ? ['exec'] : []), '--grpc', grpc(), ...args];
    const exec = (args, options) => run(words(args), { cwd: folder, ...options, program });
    const start = (args, options) => {
      const child = spawn(program, words(args), { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'], ...options });
      child.closed = once(child, 'close');
      child.lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      child.next = async () => (await child.lines.next()).value;
      return child;
    };

    test('standard streams: every byte, none of hearth', async () => {
      const input = Buffer.alloc(3 << 20, Uint8Array.from({ length: 251 }, (_, i) => i * 7));
      const { code, output, stderr } = await exec(['cat.cjs'], { input });
      assert.equal(code, 0);
      assert.ok(output.equals(input), `${output.length} of ${input.length} bytes`);
      assert.equal(stderr, 'copied');
    });

    test('standard streams may be files', async () => {
      const out = openSync(file('out'), 'w');
      const input = openSync(file('events.cjs'), 'r');
      const { code, stderr } = await exec(['cat.cjs'], { stdio: [input, out, 'pipe'] });
      closeSync(out);
      closeSync(input);
      assert.deepEqual([code, stderr], [0, 'copied']);
      assert.equal(readFileSync(file('out'), 'utf8'), PROGRAMS['events.cjs']);
    });

    test('arguments, environment, working directory and umask are the caller\'s', async () => {
      const environment = { ...env, TZ: 'Asia/Kolkata', HEARTH_OF_THE_CALLER: 'a\nb=c', EMPTY: '' };
      const options = { cwd: folder, env: environment };
      const [ours, plain] = await Promise.all([
        exec(['about.mjs', '--stats', '-h', '--', 'ä b'], options), node(['about.mjs', '--stats', '-h', '--', 'ä b'], options),
      ]);
      assert.deepEqual([ours.code, ours.stderr], [0, '']);
      const [about, expected] = [JSON.parse(ours.stdout), JSON.parse(plain.stdout)];
      assert.notEqual(about.pid, expected.pid);
      assert.ok(about.uptime < 5, `up for ${about.uptime} s`);
      // The engine's node, wherever it lies.
      const comparable = ({ pid, uptime, argv: [, ...argv], ...rest }) => ({ ...rest, argv });
      assert.deepEqual(comparable(about), comparable(expected));
      assert.equal(about.zone, -330);
    });

    for (const [what, args, code, stdout, stderr] of [
      ['the end of its event loop ends it', ['events.cjs'], 7, 'beforeExit 7\nexit 7\n', /^$/],
      ['process.exit', ['code.cjs', '42'], 42, '', /^$/],
      ['an error nobody caught', ['throw.cjs'], 1, 'before\n', /throw\.cjs:2\nthrow new RangeError.*\n\^\n\nRangeError: too far\n    at /],
      ['an error nobody caught, later', ['late.cjs'], 1, 'exit 1\n', /Error: late/],
      ['an error that was caught', ['caught.cjs'], 4, 'caught late\n', /^$/],
      ['a rejection nobody caught', ['reject.mjs'], 1, '', /TypeError: no/],
      ['a top-level await that never settles', ['unsettled.mjs'], 13, '', /unsettled top-level await/],
      ['a file that is not there', ['nope.js'], 1, '', /Cannot find module '.*nope\.js'/],
      ['SIGTERM', ['kill.cjs', 'SIGTERM'], 143, '', /^$/],
      ['SIGKILL', ['kill.cjs', 'SIGKILL'], 137, '', /^$/],
      ['abort', ['abort.cjs'], 134, '', /./],
      ['a server of its own', ['server.cjs'], 0, 'true own port\n', /^$/],
      ['TypeScript', ['typed.ts'], 0, 'typed\n', /^$/],
      ['an absolute path', [file('code.cjs'), '5'], 5, '', /^$/],
    ]) {
      test(`${what}: exit code ${code}`, async () => {
        const result = await exec(args);
        assert.equal(result.code, code, result.stderr);
        assert.equal(result.stdout, stdout);
        assert.match(result.stderr, stderr);
      });
    }

    test('it waits for background work', async () => {
      const { code, stdout, stderr } = await exec(['background.cjs']);
      assert.deepEqual([code, stdout.trim().split('\n').sort(), stderr],
        [0, ['child 2', 'compiled', 'derived', 'worker'], '']);
    });

    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2']) {
      test(`${signal} is passed on`, async () => {
        const child = start(['signals.cjs']);
        assert.match(await child.next(), /^ready/);
        child.kill(signal);
        assert.equal(await child.next(), signal);
        assert.deepEqual(await child.closed, [9, null]);
      });
    }

    test('the program does not outlive its caller', async () => {
      const child = start(['signals.cjs']);
      const pid = Number((await child.next()).split(' ')[1]);
      assert.ok(alive(pid));
      child.kill('SIGKILL');
      await eventually('the program is gone', () => !alive(pid));
    });

    test('a terminal is a terminal, and is left as it was', async () => {
      const line = [program, ...words(['raw.cjs'])].map((word) => `'${word}'`).join(' ');
      const { code, stdout } = await run(
        ['-qec', `stty -a | tr ' ;' '\\n\\n' | grep -x -e icanon -e echo; ${line}; echo code $?; ` +
                 "stty -a | tr ' ;' '\\n\\n' | grep -x -e icanon -e echo", '/dev/null'],
        { program: 'script', cwd: folder });
      assert.equal(code, 0, stdout);
      const lines = stdout.replaceAll('\r', '').trim().split('\n');
      assert.match(lines[2], /^terminal true true /);
      assert.deepEqual(lines.toSpliced(2, 1), ['icanon', 'echo', 'code 3', 'icanon', 'echo']);
    });

    test('--stats says how it was started, on standard error', async () => {
      const { code, stdout, stderr } = await exec(['--stats', 'code.cjs', '6']);
      assert.deepEqual([code, stdout], [6, '']);
      assert.match(stderr, /^hearth: forked from (the hearth of port \d+|a Node of its own), JavaScript began after [\d.]+ ms\n$/);
      assert.equal(stderr.includes('the hearth of port'), where !== 'alone');
    });

    for (const [what, args, message] of [
      ['no file', [], /FILE/],
      ['an option of Node', ['--inspect', 'code.cjs'], /unknown option --inspect/],
    ]) {
      test(`exit code 2: ${what}`, async () => {
        const result = await exec(args);
        assert.equal(result.code, 2);
        assert.match(result.stderr, message);
      });
    }
  });
}

test('--help', async () => {
  const { code, stdout } = await command('exec', '--help');
  assert.equal(code, 0);
  assert.match(stdout, /FILE \[ARGS\.\.\.\]/);
});

test('the socket is for this user only', () => {
  assert.equal(statSync(socketPath()).mode & 0o777, 0o600);
  assert.equal(statSync(path.dirname(socketPath())).mode & 0o777, 0o700);
});

for (const sandbox of ['best-effort', 'off']) {
  test(`a function cannot run programs: --sandbox ${sandbox}`, async () => {
    const other = await Hearth.start(fixture(FUNCTIONS), '--sandbox', sandbox);
    const socket = socketPath().replace(port, other.ready.grpc.split(':').at(-1));
    const response = await other.invoke('escape', { path: socket });
    assert.match(await response.text(), sandbox === 'off' ? /^"closed"$/ : /^"(closed|ENOENT|EACCES|EPERM)"$/);
    await other.stop();
  });
}

test('a program may run programs', async () => {
  const { stdout } = await command('exec', '--grpc', `localhost:${port}`, file('nested.cjs'), BINARY, port);
  assert.match(stdout, /forked from the hearth of port/);
});

test('hearth\'s end is the program\'s, and leaves no socket', async () => {
  const other = await Hearth.start(fixture({ 'f/index.mjs': 'export default { fetch: () => new Response() };' }));
  const grpc = other.ready.grpc.split(':').at(-1);
  const child = spawn(BINARY, ['exec', '--grpc', `localhost:${grpc}`, file('signals.cjs')], { env });
  const closed = once(child, 'close');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const pid = Number((await lines.next()).value.split(' ')[1]);
  const socket = socketPath().replace(port, grpc);
  assert.ok(existsSync(socket));
  await other.stop();
  assert.deepEqual(await closed, [1, null]);
  assert.ok(!alive(pid));
  assert.ok(!existsSync(socket));
});
