// Objects without end in a worker thread that was given all the heap in the world.
// expect: {
//   "limits": { "memory": "128MB", "timeout": "5s" },
//   "outcome": "memory_exceeded",
//   "within": 3000
// }
import { Worker } from 'node:worker_threads';

function attack() {
  const code = 'const kept = []; for (;;) kept.push(new Array(100).fill(kept.length));';
  new Worker(code, { eval: true, resourceLimits: { maxOldGenerationSizeMb: 100_000, maxYoungGenerationSizeMb: 1000 } });
  return new Promise(() => {});
}

export default { fetch: attack };
