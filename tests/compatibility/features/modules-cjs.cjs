'use strict';
const fs = require('node:fs');
const Module = require('node:module');
const os = require('node:os');
const path = require('node:path');

exports.run = async ({ entry }) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'compatibility-'));
  const write = (name, text) => fs.writeFileSync(path.join(folder, name), text);
  try {
    write('a.js', 'exports.done = false; exports.b = require("./b.js"); exports.done = true; exports.count = 0;');
    write('b.js', 'exports.sawA = require("./a.js").done;');
    write('c.json', '{"json": true}');
    write('throws.js', 'throw new RangeError("at load");');
    write('code.custom', 'text');
    fs.mkdirSync(path.join(folder, 'node_modules/pkg/lib'), { recursive: true });
    write('node_modules/pkg/package.json', '{"exports": {"import": "./lib/esm.mjs", "require": "./lib/cjs.js"}}');
    write('node_modules/pkg/lib/cjs.js', 'module.exports = "cjs";');
    write('node_modules/pkg/lib/esm.mjs', 'export default "esm";');
    const from = Module.createRequire(path.join(folder, 'x.js'));
    const a = from('./a.js');
    const file = from.resolve('./a.js');
    const cached = file in require.cache;
    delete require.cache[file];
    const thrown = [0, 1].map(() => { try { from('./throws.js'); } catch (error) { return error.message; } return null; });
    require.extensions['.custom'] = (module, filename) => { module.exports = fs.readFileSync(filename, 'utf8').toUpperCase(); };
    let code;
    try { from('./none'); } catch (error) { code = [error.code, error.requireStack.length]; }
    return {
      'cycle': [a.b.sawA, a.done],
      'cache': [cached, from('./a.js') !== a],
      'JSON': from('./c.json'),
      'throws each time': thrown,
      'package for require': from('pkg'),
      'package for import': (await import(path.join(folder, 'node_modules/pkg/lib/esm.mjs'))).default,
      'extension': from('./code.custom'),
      'missing': code,
      'require.main': [require.main?.filename === entry, require.main?.children.length > 0, module.parent === require.main],
      'module': [module.loaded, module.id === __filename, module.paths.length > 0, path.basename(__dirname)],
      'require.resolve.paths': require.resolve.paths('x')[0].endsWith('features/node_modules'),
      'dynamic import': typeof (await import('node:fs')).readFile,
      'wrap': Module.wrap('x').length,
      'same builtin': [require('fs') === fs, process.getBuiltinModule('fs') === fs],
      'only with node:': ['sea', 'sqlite', 'test', 'test/reporters'].map((name) => { try { require(name); return name; } catch (error) { return error.code; } }),
      'cache holds nothing else': Object.keys(require.cache).filter((name) => ![folder, entry, __filename].some((own) => name.startsWith(own))),
      'global paths': Module.globalPaths.length > 0,
    };
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
};
