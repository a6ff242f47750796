// Runs clang-tidy over the files of compile_commands.json, one per core, and prints what it finds. A file that passed is
// not looked at again until its text, that of a header of the project or of generated code below it, its compile
// command, .clang-tidy or clang-tidy itself changes; the headers of the system are taken as they are.
//
//   node tools/clang_tidy.mjs      exits with 1 if there was a finding
import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';

const CLANG_TIDY = 'clang-tidy-19';
const PASSED = '.cache/clang-tidy';
const INCLUDE_DIRECTORY_FLAGS = new Set(['-iquote', '-I', '-isystem']);

process.chdir(path.resolve(import.meta.dirname, '..'));

const sha256 = (...texts) => texts.reduce((hash, text) => hash.update(text).update('\0'), createHash('sha256')).digest('hex');

const sources = new Map();
// A file's hash and what it includes by "".
function source(file) {
  if (!sources.has(file)) {
    const text = readFileSync(file, 'utf8');
    const includes = Array.from(text.matchAll(/^\s*#\s*include\s*"(.+)"/gm), ([, name]) => name);
    sources.set(file, { hash: sha256(text), includes });
  }
  return sources.get(file);
}

// The file and all it includes, directly or not, that is not the system's.
function closure(file, directories, found = new Set()) {
  found.add(file);
  for (const name of source(file).includes) {
    const included = directories.map((directory) => path.join(directory, name)).find((candidate) => existsSync(candidate));
    if (included && !found.has(included)) closure(included, directories, found);
  }
  return found;
}

const environment = [execFileSync(CLANG_TIDY, ['--version'], { encoding: 'utf8' }), readFileSync('.clang-tidy', 'utf8')];
function key({ file, arguments: args }) {
  const directories = args.filter((_, index) => INCLUDE_DIRECTORY_FLAGS.has(args[index - 1]) && !path.isAbsolute(args[index]));
  const hashes = Array.from(closure(file, directories), (name) => `${name} ${source(name).hash}`);
  return sha256(...environment, ...args, ...hashes.sort());
}

const commands = JSON.parse(readFileSync('compile_commands.json', 'utf8')).map((command) => ({ ...command, key: key(command) }));
mkdirSync(PASSED, { recursive: true });
const passed = new Set(readdirSync(PASSED));
const keys = new Set(commands.map(({ key }) => key));
for (const key of passed.difference(keys)) rmSync(path.join(PASSED, key));

const waiting = commands.filter(({ key }) => !passed.has(key));
if (waiting.length > 0) console.log(`lint: clang-tidy of ${waiting.length} files (of ${commands.length})`);
async function work() {
  for (let command; (command = waiting.shift());) {
    const { error, stdout, stderr } = await new Promise((resolve) =>
      execFile(CLANG_TIDY, ['--quiet', command.file], { maxBuffer: 2 ** 26 }, (error, stdout, stderr) =>
        resolve({ error, stdout, stderr })));
    if (error) {
      process.exitCode = 1;
      // stderr counts the warnings that were suppressed; it says more only if there was no run.
      console.log(stdout || stderr);
    } else {
      writeFileSync(path.join(PASSED, command.key), '');
    }
  }
}
await Promise.all(Array.from({ length: availableParallelism() }, work));
