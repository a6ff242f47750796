// /etc/shadow, by a hard link in /tmp.
// expect: {
//   "answer": "EACCES|ENOENT|EPERM|EXDEV",
//   "outcome": "ok",
//   "within": 1000
// }
import { linkSync } from 'node:fs';

export default {
  fetch(request) {
    try {
      return new Response(String(linkSync('/etc/shadow', '/tmp/hostile-hard-link')));
    } catch (error) {
      return new Response(error.code);
    }
  },
};
