// A signal to the function's other instances, forked from the same template (signal 0, which harms none).
// expect: {
//   "scaling": { "concurrency": 1 },
//   "outcome": "ok",
//   "answer": "0",
//   "then": [{ "path": "/", "answer": "0", "times": 6 }]
// }
import { readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

// Long enough for all of them to be there.
const TOGETHER_MS = 300;

export default {
  async fetch(request) {
    await delay(TOGETHER_MS);
    const own = readdirSync('/proc/self/task').map(Number);
    let reached = 0;
    for (let pid = 1; pid < 4096; pid++) {
      if (own.includes(pid)) continue;
      try {
        reached += process.kill(pid, 0);
      } catch {}
    }
    await delay(TOGETHER_MS);
    return new Response(String(reached));
  },
};
