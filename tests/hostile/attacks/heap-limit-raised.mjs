// V8's own limit raised by v8.setFlagsFromString, then objects without end.
// expect: {
//   "limits": { "memory": "128MB", "timeout": "5s" },
//   "outcome": "memory_exceeded",
//   "within": 3000
// }
import { setFlagsFromString } from 'node:v8';

function attack() {
  setFlagsFromString('--max-old-space-size=100000');
  setFlagsFromString('--max-heap-size=100000');
  const kept = [];
  for (;;) kept.push(new Array(100).fill(kept.length));
}

export default { fetch: attack };
