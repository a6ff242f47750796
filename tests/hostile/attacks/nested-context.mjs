// A loop in a context of its own, made by node:vm.
// expect: {
//   "limits": { "cpu": "200ms", "timeout": "2s" },
//   "outcome": "cpu_exceeded",
//   "within": 1000
// }
import { runInNewContext } from 'node:vm';

function attack() {
  runInNewContext('for (;;);');
}

export default { fetch: attack };
