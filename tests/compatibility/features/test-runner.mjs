import { run as runTests } from 'node:test';
import { withFolder } from '../support.mjs';

const FILE = `
const { test } = require('node:test');
test('passes', () => {});
test('fails', () => { throw new Error('no'); });
`;

export const run = () => withFolder({ 'a.test.cjs': FILE }, async (folder) => {
  const seen = [];
  for await (const { type, data } of runTests({ files: [`${folder}/a.test.cjs`] })) {
    if (type === 'test:pass' || type === 'test:fail') seen.push([type, data.name]);
  }
  return { 'tests': seen.filter(([, name]) => !name.includes('/')) };
});
