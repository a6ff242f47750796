// Key derivation on all threads of libuv's pool, while JavaScript waits.
// expect: {
//   "limits": { "cpu": "200ms", "timeout": "2s" },
//   "outcome": "cpu_exceeded",
//   "within": 1000
// }
import { pbkdf2 } from 'node:crypto';

function attack() {
  return new Promise((resolve) => {
    for (let n = 0; n < 4; n++) pbkdf2('a', 'b', 1e9, 64, 'sha512', resolve);
  });
}

export default { fetch: attack };
