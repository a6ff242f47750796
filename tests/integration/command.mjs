// Runs one verb of the hearth command to its end.
//
//   const { code, signal, stdout, stderr } = await command('ps', '--json');
//   await run(['exec', 'x.js'], { cwd: folder, input: 'text' });      // with options of child_process.spawn
//   await run(['-e', '1'], { program: process.execPath });            // another program
//
// `output` is standard output as bytes.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { ROOT, within } from './harness.mjs';

export const BINARY = path.resolve(ROOT, process.env.HEARTH_BIN ?? 'bazel-bin/cli/hearth');
const GUARD_MS = 20_000;

export async function run(args, { input, program = BINARY, ...options } = {}) {
  const { NODE_TEST_CONTEXT, ...env } = process.env;
  const child = spawn(program, args, { env, stdio: 'pipe', ...options });
  child.stdin?.on('error', () => {});
  child.stdin?.end(input);
  const ended = Promise.all([
    new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => resolve([code, signal]));
    }),
    child.stdout ? buffer(child.stdout) : Buffer.alloc(0),
    child.stderr ? text(child.stderr) : '',
  ]);
  const [[code, signal], output, stderr] =
    await within(GUARD_MS, ended, () => `still running: ${program} ${args.join(' ')}`).finally(() => child.kill('SIGKILL'));
  const result = { code, ...(signal && { signal }), stdout: output.toString(), stderr };
  return Object.defineProperty(result, 'output', { value: output });
}

export const command = (...args) => run(args);
