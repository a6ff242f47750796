// The function's other instances, in /proc.
// expect: {
//   "scaling": { "concurrency": 1 },
//   "outcome": "ok",
//   "answer": "1",
//   "then": [{ "path": "/", "answer": "1", "times": 6 }]
// }
import { readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

// Long enough for all of them to be there.
const TOGETHER_MS = 300;

export default {
  async fetch(request) {
    await delay(TOGETHER_MS);
    const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    await delay(TOGETHER_MS);
    return new Response(String(processes.length));
  },
};
