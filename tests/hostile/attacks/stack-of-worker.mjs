// Recursion in a worker thread that was promised more stack than it has.
// expect: {
//   "outcome": "instance_exited",
//   "message": "Maximum call stack size exceeded"
// }
import { Worker } from 'node:worker_threads';

export default {
  fetch(request) {
    const code = 'const attack = () => attack() + 1; attack();';
    new Worker(code, { eval: true, resourceLimits: { stackSizeMb: 256 } });
    return new Promise(() => {});
  },
};
