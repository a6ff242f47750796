// Worker threads that loop, while the main thread waits.
// expect: {
//   "limits": { "cpu": "200ms", "timeout": "2s", "memory": "512MB" },
//   "outcome": "cpu_exceeded",
//   "within": 1000
// }
import { Worker } from 'node:worker_threads';

function attack() {
  for (let n = 0; n < 4; n++) new Worker('for (;;);', { eval: true });
  return new Promise(() => {});
}

export default { fetch: attack };
