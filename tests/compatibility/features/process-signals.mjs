import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { failureOf } from '../support.mjs';

const WAIT_MS = 500;

// Of the signals that have names: 1 to 31.
const maskOf = (name) =>
  (Number(new RegExp(`^${name}:\\s*[0-9a-f]{8}([0-9a-f]{8})$`, 'm').exec(readFileSync('/proc/self/status', 'utf8'))[1].replace(/^/, '0x')) & 0x7fffffff).toString(16);

async function received(signal, send) {
  const arrived = once(process, signal, { signal: AbortSignal.timeout(WAIT_MS) });
  send();
  return arrived.catch(({ name }) => name);
}

export async function run() {
  return {
    'process.kill of itself': await received('SIGUSR2', () => process.kill(process.pid, 'SIGUSR2')),
    'kill of another process': await received('SIGHUP', () => execFileSync('sh', ['-c', `kill -HUP ${process.pid}`])),
    'SIGUSR1 with a listener': await received('SIGUSR1', () => process.kill(process.pid, 'SIGUSR1')),
    'SIGTERM with a listener': await received('SIGTERM', () => process.kill(process.pid, 'SIGTERM')),
    'SIGINT with a listener': await received('SIGINT', () => process.kill(process.pid, 'SIGINT')),
    'SIGCHLD': await received('SIGCHLD', () => execFileSync('true')),
    'SIGWINCH': await received('SIGWINCH', () => process.kill(process.pid, 'SIGWINCH')),
    'kill 0': process.kill(process.pid, 0),
    'no such process': await failureOf(() => process.kill(2 ** 30, 0)),
    'SIGKILL cannot be caught': await failureOf(() => process.on('SIGKILL', () => {})),
    'unknown signal': await failureOf(() => process.kill(process.pid, 'SIGNONE')),
    'ignored': maskOf('SigIgn'),
    'blocked': maskOf('SigBlk'),
  };
}
