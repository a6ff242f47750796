import { exec, execFile, execFileSync, execSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { failureOf } from '../support.mjs';

// Sockets that a program finds open although nobody gave them to it.
const descriptorsOf = (list) => Array.from(list.matchAll(/ (\d+) -> (\/proc\/|\w+:|.*)/g), ([, fd, to]) => [Number(fd), to])
  .filter(([fd, to]) => fd > 2 && to === 'socket:').map(([, to]) => to);

// Those that have names: 1 to 31.
const signalsOf = (status) => Array.from(status.matchAll(/^Sig(?:Blk|Ign):\s*[0-9a-f]{8}([0-9a-f]{8})$/gm),
  ([, mask]) => (Number(`0x${mask}`) & 0x7fffffff).toString(16));

export async function run() {
  const cat = spawn('cat');
  const ended = once(cat, 'close');
  cat.stdin.end('piped');
  const piped = await text(cat.stdout);
  const [code, signal] = await ended;
  const sleeper = spawn('sleep', ['60']);
  const exited = once(sleeper, 'exit');
  sleeper.kill();
  const killed = await exited;
  const detached = spawn('sh', ['-c', 'ps -o pid=,pgid= -p $$ 2>/dev/null || echo $$ $$'], { detached: true });
  const [pid, group] = (await text(detached.stdout)).trim().split(/\s+/);
  const extra = spawn('sh', ['-c', 'echo extra >&3; read line <&4; echo "got $line"'], { stdio: ['ignore', 'pipe', 'inherit', 'pipe', 'pipe'] });
  extra.stdio[4].end('line\n');
  return {
    'exec': await promisify(exec)('echo "$A" >&2; echo out', { env: { ...process.env, A: 'err' } }),
    'execFile node': JSON.parse((await promisify(execFile)(process.execPath, ['-p', 'JSON.stringify([process.version, process.argv.length, 6 * 7])'])).stdout),
    'node runs as its own process': JSON.parse((await promisify(execFile)(process.execPath, ['-p', `JSON.stringify([process.ppid === ${process.pid}, process.env.LD_PRELOAD ?? null, performance.now() < 5000])`])).stdout),
    'sync': [execSync('echo sync').toString(), execFileSync('printf', ['%s', 'x']).toString()],
    'spawnSync': (({ status, signal: by, stdout }) => [status, by, stdout.toString()])(spawnSync('sh', ['-c', 'cat; exit 3'], { input: 'in' })),
    'pipes': [piped, code, signal],
    'killed': killed,
    'detached': pid === group,
    'extra descriptors': await Promise.all([text(extra.stdout), text(extra.stdio[3])]),
    'working folder': (await promisify(exec)('pwd', { cwd: '/' })).stdout,
    'inherited folder': (await promisify(exec)('pwd')).stdout.trim() === process.cwd(),
    'missing': await failureOf(() => promisify(execFile)('/does/not/exist')),
    'exit code': await promisify(exec)('exit 5').catch((error) => [error.code, error.signal]),
    'timeout': await promisify(execFile)('sleep', ['60'], { timeout: 20 }).catch((error) => [error.killed, error.signal]),
    'aborted': await failureOf(() => promisify(execFile)('sleep', ['60'], { signal: AbortSignal.timeout(20) })),
    'too much output': await failureOf(() => promisify(execFile)('yes', { maxBuffer: 100 })),
    'twenty at once': (await Promise.all(Array.from({ length: 20 }, (_, i) => promisify(execFile)('echo', [`${i}`])))).length,
    'blocked and ignored signals': signalsOf((await promisify(execFile)('cat', ['/proc/self/status'])).stdout),
    'inherited sockets': descriptorsOf((await promisify(execFile)('ls', ['-l', '/proc/self/fd'])).stdout),
  };
}
