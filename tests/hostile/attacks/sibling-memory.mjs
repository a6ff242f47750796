// Memory, environment, descriptors and root of the function's other instances, through /proc.
// expect: {
//   "scaling": { "concurrency": 1 },
//   "outcome": "ok",
//   "answer": "0",
//   "then": [{ "path": "/", "answer": "0", "times": 6 }]
// }
import { openSync, readdirSync, readlinkSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

// Long enough for all of them to be there.
const TOGETHER_MS = 300;

const TRIALS = [
  (pid) => openSync(`/proc/${pid}/mem`, 'r'),
  (pid) => openSync(`/proc/${pid}/environ`, 'r'),
  (pid) => openSync(`/proc/${pid}/maps`, 'r'),
  (pid) => readdirSync(`/proc/${pid}/fd`),
  (pid) => readdirSync(`/proc/${pid}/root/tmp`),
  (pid) => readlinkSync(`/proc/${pid}/ns/user`),
];

export default {
  async fetch(request) {
    await delay(TOGETHER_MS);
    let reached = 0;
    for (let pid = 1; pid < 256; pid++) {
      if (readdirSync('/proc/self/task').includes(String(pid))) continue;
      for (const trial of TRIALS) {
        try {
          trial(pid);
          reached++;
        } catch {}
      }
    }
    await delay(TOGETHER_MS);
    return new Response(String(reached));
  },
};
