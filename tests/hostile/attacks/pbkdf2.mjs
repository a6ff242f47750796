// Key derivation in native code, with a billion iterations.
// expect: {
//   "limits": { "cpu": "200ms", "timeout": "2s" },
//   "outcome": "cpu_exceeded",
//   "within": 1000
// }
import { pbkdf2Sync } from 'node:crypto';

function attack() {
  return new Response(pbkdf2Sync('a', 'b', 1e9, 64, 'sha512'));
}

export default { fetch: attack };
