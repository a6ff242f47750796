// Runs one verb of the hearth command to its end.
//
//   const { code, signal, stdout, stderr } = await command('ps', '--json');
//   await run(['exec', 'x.js'], { cwd: folder, input: 'text' });      // with options of child_process.spawn
import { spawn } from 'node:child_process';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { ROOT, within } from './harness.mjs';

export const BINARY = path.resolve(ROOT, process.env.HEARTH_BIN ?? 'bazel-bin/cli/hearth');
const GUARD_MS = 20_000;

export async function run(args, { input, ...options } = {}) {
  const { NODE_TEST_CONTEXT, ...env } = process.env;
  const child = spawn(BINARY, args, { env, stdio: 'pipe', ...options });
  child.stdin?.on('error', () => {});
  child.stdin?.end(input);
  const ended = Promise.all([
    new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => resolve([code, signal]));
    }),
    child.stdout ? text(child.stdout) : '',
    child.stderr ? text(child.stderr) : '',
  ]);
  const [[code, signal], stdout, stderr] =
    await within(GUARD_MS, ended, () => `still running: hearth ${args.join(' ')}`).finally(() => child.kill('SIGKILL'));
  return { code, ...(signal && { signal }), stdout, stderr };
}

export const command = (...args) => run(args);
