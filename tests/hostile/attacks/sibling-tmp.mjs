// Files that the function's other instances have in /tmp.
// expect: {
//   "scaling": { "concurrency": 1 },
//   "outcome": "ok",
//   "answer": "1",
//   "then": [{ "path": "/", "answer": "1", "times": 6 }]
// }
import { randomUUID } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

// Long enough for all of them to be there.
const TOGETHER_MS = 300;

export default {
  async fetch(request) {
    writeFileSync(`/tmp/letter-${randomUUID()}`, 'a letter');
    await delay(TOGETHER_MS);
    return new Response(String(readdirSync('/tmp').filter((name) => name.startsWith('letter-')).length));
  },
};
