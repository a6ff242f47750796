import { readFileSync } from 'node:fs';
import { withFolder } from '../support.mjs';

const ZYGOTE = 'The report has the command line of the zygote; `process.argv` is right';
export const differences = [
  { at: 'command line', node: 2, hearth: 1, why: ZYGOTE },
];

export async function run() {
  const report = process.report.getReport();
  return withFolder({}, async (folder) => {
    process.report.directory = folder;
    const name = process.report.writeReport('report.json', new Error('why'));
    const written = JSON.parse(readFileSync(`${folder}/report.json`, 'utf8'));
    process.report.directory = '';
    return {
      'sections': Object.keys(report).sort(),
      'header': Object.keys(report.header).sort(),
      'pid': report.header.processId === process.pid,
      'cwd': report.header.cwd === process.cwd(),
      'command line': report.header.commandLine.length,
      'written': [name, written.header.trigger, written.javascriptStack.message],
      'has handles': report.libuv.some(({ type }) => type === 'loop'),
    };
  });
}
