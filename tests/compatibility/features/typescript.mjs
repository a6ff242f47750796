import { createRequire, stripTypeScriptTypes } from 'node:module';
import { failureOf, withFolder } from '../support.mjs';

const FILES = {
  'module.ts': 'import type { B } from "./other.ts";\nimport { value } from "./other.mts";\ninterface A { a: number }\nexport const twice = (n: number): number => n * value;\nexport type { A };\n',
  'other.mts': 'export const value: number = 2;\nexport type B = string;\n',
  'common.cts': 'const x: string = "common"; module.exports = { x } satisfies object;',
  'line.ts': 'type Long = {\n  a: string;\n};\n\nexport const fail = (): never => { throw new Error("line 5"); };\n',
  'enum.ts': 'export enum E { A }',
  'broken.ts': 'export const x: = 1;',
};

export const run = () => withFolder(FILES, async (folder) => {
  const require = createRequire(`${folder}/x.js`);
  let place;
  try {
    (await import(`${folder}/line.ts`)).fail();
  } catch (error) {
    place = /line\.ts:(\d+:\d+)/.exec(error.stack)[1];
  }
  return {
    'import': (await import(`${folder}/module.ts`)).twice(21),
    'require': require('./common.cts').x,
    'line of an error': place,
    'enum': await failureOf(() => import(`${folder}/enum.ts`)),
    'syntax error': await failureOf(() => import(`${folder}/broken.ts`)),
    'stripTypeScriptTypes': stripTypeScriptTypes('const x: number = 1;'),
    'process.features.typescript': process.features.typescript,
  };
});
