// Correct after a fork: a feature of Node gives the same result in a fresh process and in an instance, however that was
// forked. The differences that remain are declared beside the feature and listed in docs/node-compatibility.md.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { Hearth, ROOT, fixture } from '../integration/harness.mjs';

const FEATURES = path.join(import.meta.dirname, 'features');
const DOCUMENT = path.join(ROOT, 'docs/node-compatibility.md');
const NODE = path.join(ROOT, `node_modules/node-linux-${process.arch}/bin/node`);
const SUPPORT = readFileSync(path.join(import.meta.dirname, 'support.mjs'));
const CONCURRENCY = 3;
const GUARD_MS = 20_000;
const SIBLINGS = 8;

// The ways of getting an instance: the value of scaling.template, and what x-hearth-start may then say. A stem is a fork of
// the zygote, too, made a moment earlier.
const zygote = { name: 'zygote', template: 'off', starts: ['zygote', 'stem'] };
const template = { name: 'template', template: 'auto', starts: ['template'] };

const MODES = [zygote, template];

const features = await Promise.all(readdirSync(FEATURES).sort().map(async (file) => {
  const { name, ext } = path.parse(file);
  const feature = await import(pathToFileURL(path.join(FEATURES, file)));
  const { differences = [], environment = {}, packages = [], noTemplate = '' } = feature;
  return { file, name, extension: ext, differences, environment, packages, noTemplate };
}));

// What must differ between instances of one function.
const SIBLING = `
import crypto from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

export default {
  async fetch() {
    const worker = new Worker('require("node:worker_threads").parentPort.postMessage(Math.random())', { eval: true });
    const form = new Response(new FormData()).headers.get('content-type');
    return Response.json({
      'process.pid': process.pid,
      'process.title': process.title,
      'Math.random': Math.random(),
      'Math.random of a worker': (await once(worker, 'message'))[0],
      'crypto.randomUUID': crypto.randomUUID(),
      'crypto.randomInt': crypto.randomInt(2 ** 47),
      'crypto.randomBytes': crypto.randomBytes(16).toString('hex'),
      'crypto.getRandomValues': crypto.getRandomValues(new Uint8Array(16)).toHex(),
      'a generated key': crypto.generateKeySync('hmac', { length: 128 }).export().toString('hex'),
      'a key pair': crypto.generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' }).toString('hex'),
      'a form\'s boundary': form,
      'mkdtemp': mkdtempSync('/tmp/sibling-'),
    });
  },
};
`;
const siblingsOf = (mode) => `siblings-${mode.name}`;

const folderOf = (feature, mode) => `${feature.name}-${mode.name}`;

const RESULT = 'result.json';

// Like an instance, the program lives until its result is there, and no longer.
const FRESH = `
setInterval(() => {}, 2 ** 30);
const finish = (fs, result) => {
  fs.writeFileSync('${RESULT}', JSON.stringify(result));
  process.exit();
};
`;

// The function and, for a fresh process, the same as a program; each loads the feature first and runs it later.
function filesOf({ file, extension }) {
  const feature = JSON.stringify(`./features/${file}`);
  if (extension === '.cjs') {
    const load = `const { run } = require(${feature});\nconst context = { entry: __filename, main: require.main === module };\n`;
    return {
      'index.cjs': `${load}exports.fetch = async () => Response.json(await run(context));\n`,
      'fresh.cjs': `${load}${FRESH}run(context).then((result) => finish(require('node:fs'), result));\n`,
    };
  }
  const load = `import { run } from ${feature};\n` +
    'const context = { entry: import.meta.filename, main: import.meta.main };\n';
  return {
    'index.mjs': `${load}export default { fetch: async () => Response.json(await run(context)) };\n`,
    'fresh.mjs': `import fs from 'node:fs';\n${load}${FRESH}finish(fs, await run(context));\n`,
  };
}

function functionsOf(mode) {
  const files = {};
  for (const feature of features) {
    const folder = folderOf(feature, mode);
    for (const [name, text] of Object.entries(filesOf(feature))) files[`${folder}/${name}`] = text;
    // All that it needs is in its folder: a function sees no other.
    files[`${folder}/features/${feature.file}`] = readFileSync(path.join(FEATURES, feature.file));
    files[`${folder}/support.mjs`] = SUPPORT;
    // Nothing idles, so that no feature runs in the instance that told hearth the function's kind.
    const scaling = ['idle_timeout = "0s"', `template = "${mode.template}"`];
    const variables = Object.entries(feature.environment).map(([name, value]) => `${name} = ${JSON.stringify(value)}`);
    files[`${folder}/hearth.toml`] = ['[scaling]', ...scaling, '[env]', ...variables, ''].join('\n');
  }
  return files;
}

let hearth;
let root;
before(async () => {
  const siblings = Object.fromEntries(MODES.flatMap((mode) => [
    [`${siblingsOf(mode)}/index.mjs`, SIBLING],
    [`${siblingsOf(mode)}/hearth.toml`, `[scaling]\nidle_timeout = "0s"\nconcurrency = 1\ntemplate = "${mode.template}"\n`],
  ]));
  root = fixture(Object.assign(siblings, ...MODES.map(functionsOf)));
  for (const feature of features) {
    for (const mode of MODES) {
      for (const name of feature.packages) {
        const module = path.join('node_modules', name);
        cpSync(path.join(ROOT, module), path.join(root, folderOf(feature, mode), module), { recursive: true });
      }
    }
  }
  hearth = await Hearth.start(root);
});
after(() => hearth?.stop());

async function runFresh(feature) {
  const directory = path.join(root, folderOf(feature, MODES[0]));
  // As functions get hearth's environment.
  const inherited = Object.entries(process.env).filter(([name]) => !/^(HEARTH_.*|NODE_TEST_CONTEXT)$/.test(name));
  const child = spawn(NODE, [path.join(directory, `fresh${feature.extension}`)], {
    cwd: directory,
    env: { ...Object.fromEntries(inherited), PORT: String(hearth.port), ...feature.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: GUARD_MS,
    killSignal: 'SIGKILL',
  });
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(chunk));
  const [code, signal] = await once(child, 'exit');
  assert.equal(signal ?? code, 0, Buffer.concat(output).toString());
  return JSON.parse(readFileSync(path.join(directory, RESULT), 'utf8'));
}

async function runInInstance(feature, mode) {
  const response = await hearth.fetch(`/${folderOf(feature, mode)}/`);
  const text = await response.text();
  assert.equal(response.status, 200, text);
  const start = response.headers.get('x-hearth-start');
  const { starts } = feature.noTemplate ? zygote : mode;
  assert.ok(starts.includes(start), `the instance was started from: ${start}`);
  return JSON.parse(text);
}

const isRecord = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

// Where two results differ, and how: [{ at, node, hearth }], sorted.
function differencesBetween(node = 'absent', hearth = 'absent', at = []) {
  if (isRecord(node) && isRecord(hearth)) {
    const names = [...new Set([...Object.keys(node), ...Object.keys(hearth)])].sort();
    return names.flatMap((name) => differencesBetween(node[name], hearth[name], [...at, name]));
  }
  return isDeepStrictEqual(node, hearth) ? [] : [{ at: at.join(': '), node, hearth }];
}

describe('a feature gives in an instance what it gives in a fresh process', { concurrency: CONCURRENCY }, () => {
  for (const feature of features) {
    let fresh;
    for (const mode of MODES) {
      test(`${feature.name}, forked from a ${mode.name}`, async () => {
        fresh ??= runFresh(feature);
        const found = differencesBetween(await fresh, await runInInstance(feature, mode));
        assert.deepEqual(found, feature.differences.map(({ at, node, hearth }) => ({ at, node, hearth })));
      });
    }
  }
});

for (const mode of MODES) {
  test(`instances forked from a ${mode.name} share no randomness`, async () => {
    const responses = await Promise.all(Array.from({ length: SIBLINGS }, () => hearth.fetch(`/${siblingsOf(mode)}/`)));
    const siblings = await Promise.all(responses.map((response) => response.json()));
    for (const name of Object.keys(siblings[0])) {
      const values = siblings.map((sibling) => sibling[name]);
      assert.equal(new Set(values).size, SIBLINGS, `${name}: ${values}`);
    }
  });
}

test('docs/node-compatibility.md lists exactly the differences that the features declare', () => {
  const declared = features.flatMap(({ name, differences }) =>
    differences.map(({ at, node, hearth, why }) =>
      `| ${name}: \`${at}\` | \`${JSON.stringify(node)}\` | \`${JSON.stringify(hearth)}\` | ${why} |`));
  const listed = readFileSync(DOCUMENT, 'utf8').split('\n').filter((line) => /^\| [a-z0-9-]+: `/.test(line));
  assert.deepEqual(listed, declared);
});
