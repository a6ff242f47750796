// How Bazel compiles each of the project's C++ files, as clang's tools want to know it.
//
//   node tools/compile_commands.mjs     writes compile_commands.json (for clangd, and for tools/clang_tidy.mjs)
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '..');
// What only GCC understands, and what stops clang at a warning about headers of the system.
const DROPPED = new Set([
  '-Werror', '-Wno-free-nonheap-object', '-Wno-maybe-uninitialized', '-fno-canonical-system-headers',
]);
const NOT_OURS = /^(bazel-out|external|third_party)\//;

function bazel(...args) {
  return execFileSync(process.env.BAZEL ?? 'bazel', args, {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

// Paths are relative to Bazel's execution root; all but those of other repositories are so to the project's root too.
const external = `${bazel('info', 'output_base', '--ui_event_filters=-info', '--noshow_progress').trim()}/external/`;
const translate = (argument) => argument.replace(/^external\//, external);

const { actions } = JSON.parse(bazel('aquery', '--output=jsonproto', '--ui_event_filters=-info', '--noshow_progress',
  'mnemonic("CppCompile", //...)'));
const commands = new Map();
for (const { arguments: args } of actions) {
  const file = args[args.indexOf('-c') + 1];
  // The same file is also compiled as position-independent code.
  if (NOT_OURS.test(file) || commands.has(file)) continue;
  const kept = args.filter((argument) => !DROPPED.has(argument)).map(translate);
  commands.set(file, { directory: ROOT, file, arguments: kept });
}
writeFileSync(path.join(ROOT, 'compile_commands.json'), `${JSON.stringify([...commands.values()], null, 1)}\n`);
