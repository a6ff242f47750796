import { createInterface, emitKeypressEvents } from 'node:readline';
import { createInterface as promised, Readline } from 'node:readline/promises';
import { PassThrough } from 'node:stream';
import { failureOf } from '../support.mjs';

export async function run() {
  const input = new PassThrough();
  const output = new PassThrough();
  const prompt = promised({ input, output });
  const answer = prompt.question('name? ');
  input.write('Ada\n');
  const answered = await answer;
  const aborted = failureOf(() => prompt.question('more? ', { signal: AbortSignal.timeout(5) }));
  const lines = [];
  const stream = new PassThrough();
  stream.end('one\r\ntwo\nthree');
  for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) lines.push(line);
  const fromStdin = [];
  for await (const line of createInterface({ input: process.stdin })) fromStdin.push(line);
  const keys = new PassThrough();
  emitKeypressEvents(keys);
  const key = new Promise((resolve) => keys.once('keypress', (_, { name, ctrl }) => resolve([name, ctrl])));
  keys.write('\x03');
  const screen = new PassThrough();
  await new Readline(screen).cursorTo(1, 2).clearLine(0).commit();
  const result = {
    'question': [answered, output.read().toString()],
    'aborted': await aborted,
    'lines': lines,
    'stdin is at its end': fromStdin,
    'key': await key,
    'screen': screen.read().toString(),
  };
  prompt.close();
  return result;
}
