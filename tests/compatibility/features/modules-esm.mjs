import { createRequire, isBuiltin, findPackageJSON, builtinModules } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ADD_WASM, failureOf, withFolder } from '../support.mjs';

export const packages = ['ws'];

const FILES = {
  'package.json': '{"name": "self", "type": "module", "imports": {"#inner": "./inner.js"}, "exports": {".": "./index.js", "./data": "./data.json"}}',
  'index.js': 'export * from "#inner"; export { default as self } from "self/data" with { type: "json" };',
  'inner.js': 'export let count = 0; export const add = () => ++count; export const here = import.meta.url.slice(-8); export default class A {}',
  'data.json': '{"answer": 42}',
  'common.cjs': 'exports.a = 1; exports.parent = module.parent === undefined; exports.filename = require("path").basename(__filename);',
  'wasm.js': 'import { add } from "./add.wasm"; export { add }; import source module from "./add.wasm"; export const kind = module.constructor.name;',
  'add.wasm': ADD_WASM,
  'a.js': 'import { b } from "./b.js"; export const a = "a"; export const seen = () => b;',
  'b.js': 'import { a } from "./a.js"; export const b = "b"; export const seen = () => a;',
  'await.js': 'import fs from "node:fs/promises"; export const size = (await fs.stat("/")).isDirectory(); export default await Promise.resolve("awaited");',
  'broken.js': 'export const = 1;',
  'throws.js': 'throw new RangeError("at load");',
  'missing.js': 'import { none } from "./inner.js";',
};

export const run = () => withFolder(FILES, async (folder) => {
  const url = (name) => pathToFileURL(path.join(folder, name)).href;
  const load = (name, options) => import(new URL(name, url('index.js')).href, options);
  const index = await load('index.js');
  index.add();
  const require = createRequire(url('index.js'));
  const wasm = await load('wasm.js').catch((error) => error);
  const cycle = await load('a.js');
  const waited = await load('await.js');
  return {
    'live binding': [index.count, (await load('inner.js')).count],
    'self reference': index.self,
    'import.meta': index.here,
    'import.meta here': [import.meta.filename === new URL(import.meta.url).pathname, import.meta.dirname === path.dirname(import.meta.filename), import.meta.main],
    'import.meta.resolve': [import.meta.resolve('node:fs'), import.meta.resolve('ws').startsWith('file:'), import.meta.resolve('./x.mjs') === new URL('x.mjs', import.meta.url).href],
    'JSON': (await load('data.json', { with: { type: 'json' } })).default,
    'JSON without a type': await failureOf(() => load('data.json?2')),
    'CommonJS': { ...(await load('common.cjs')).default },
    'require of a module': [Object.keys(require('./inner.js')).sort(), require('./inner.js').count],
    'require of a module that awaits': await failureOf(() => require('./await.js?x')) !== 'none' && await failureOf(() => createRequire(url('x.js'))('./await.js')),
    'WebAssembly': wasm.code ?? [wasm.add(40, 2), wasm.kind],
    'data URL': (await import('data:text/javascript,export default "inline"')).default,
    'cycle': cycle.seen(),
    'top-level await': [waited.size, waited.default],
    'query makes another': (await load('inner.js?again')).count,
    'syntax error': await failureOf(() => load('broken.js')),
    'throws at load': await failureOf(() => load('throws.js')),
    'missing export': await failureOf(() => load('missing.js')),
    'missing package': await failureOf(() => import('does-not-exist')),
    'builtins': [builtinModules.length, isBuiltin('node:sqlite'), await failureOf(() => import('node:none'))],
    'findPackageJSON': path.basename(findPackageJSON('ws', import.meta.url)),
    'namespace': Object.prototype.toString.call(await load('inner.js')),
  };
});
