import { SourceMap, createRequire, findSourceMap, getSourceMapsSupport } from 'node:module';
import { withFolder } from '../support.mjs';

// original.ts, line 3, column 9 made the first line of the generated file.
const MAP = { version: 3, file: 'generated.cjs', sources: ['original.ts'], names: [], sourcesContent: ['\n\nthrows here\n'], mappings: 'AAES' };
const inline = `//# sourceMappingURL=data:application/json;base64,${Buffer.from(JSON.stringify(MAP)).toString('base64')}\n`;
const SOURCE = `exports.fail = () => { throw new Error('mapped'); };\n${inline}`;

function placeOf({ stack }) {
  return /\(?([\w.]+:\d+:\d+)\)?$/m.exec(stack.split('\n').find((line) => /(original|generated)/.test(line)).replace(/.*\//, ''))?.[1] ?? 'none';
}

function thrown(fn) {
  try {
    fn();
  } catch (error) {
    return placeOf(error);
  }
}

export const run = () => withFolder({ 'generated.cjs': SOURCE, 'later.cjs': SOURCE }, async (folder) => {
  const require = createRequire(`${folder}/x.js`);
  const before = [process.sourceMapsEnabled, thrown(require('./generated.cjs').fail)];
  process.setSourceMapsEnabled(true);
  const after = [process.sourceMapsEnabled, thrown(require('./later.cjs').fail), getSourceMapsSupport()];
  const found = findSourceMap(`${folder}/later.cjs`);
  process.setSourceMapsEnabled(false);
  return {
    before,
    after,
    'findSourceMap': found?.payload.sources.length ?? null,
    'SourceMap': new SourceMap(MAP).findEntry(0, 0).originalLine,
  };
});
