// From saving a function's file until a request is answered by the new code, where the peer watches its files.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { ask } from '../client.mjs';
import { temporaryFolder } from '../process.mjs';
import { workFile } from '../works.mjs';

const KEY = 'save/hello';
const SAVES = 5;
const QUICK_SAVES = 1;
const RETRY_MS = 2;
const GUARD_MS = 20_000;
// Watchers take a while to be there, and a save during a restart is another measurement.
const PAUSE_MS = 500;

async function answers(request, text) {
  try {
    return (await ask(request)).body === text;
  } catch {
    // It restarts.
    return false;
  }
}

async function save(file, text, request) {
  const code = readFileSync(file, 'utf8');
  const begin = performance.now();
  writeFileSync(file, code.replace(/Hello, [^\\]*/, text));
  while (!(await answers(request, `${text}\n`))) {
    if (performance.now() - begin > GUARD_MS)
      throw new Error(`what was saved is not served after ${GUARD_MS / 1000} s`);
    await delay(RETRY_MS);
  }
  return performance.now() - begin;
}

async function run(peer, { quick }) {
  const file = path.join(temporaryFolder(), 'hello.mjs');
  writeFileSync(file, readFileSync(workFile(peer.dialect, 'hello')));
  const running = await peer.start('hello', { file, watch: true });
  const results = [];
  try {
    await running.up();
    for (let n = 0; n < (quick ? QUICK_SAVES : SAVES); ++n) {
      await delay(PAUSE_MS);
      results.push(await save(running.served ?? file, `Hello, ${n}!`, running.request()));
    }
  } finally {
    await running.stop();
  }
  return [{ key: KEY, value: results.sort((a, b) => a - b)[results.length >> 1] }];
}

export const saveToServed = {
  name: 'save',
  rows: [{ key: KEY, title: 'From save to served, trivial function', unit: 'ms', better: 'lower' }],
  steps: [{ name: 'save to served', applies: (peer) => peer.watch !== undefined, run }],
};
