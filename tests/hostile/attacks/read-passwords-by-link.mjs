// /etc/shadow, by a symbolic link in /tmp.
// expect: {
//   "outcome": "ok",
//   "answer": "EACCES|ENOENT|EPERM",
//   "within": 1000
// }
import { readFileSync, symlinkSync } from 'node:fs';

export default {
  fetch(request) {
    try {
      return new Response(String((symlinkSync('/etc/shadow', '/tmp/hostile-link'), readFileSync('/tmp/hostile-link')).length));
    } catch (error) {
      return new Response(error.code);
    }
  },
};
