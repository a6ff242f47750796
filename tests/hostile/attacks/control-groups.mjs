// The function's own control group, to leave it.
// expect: {
//   "outcome": "ok",
//   "answer": "EACCES|ENOENT|EPERM",
//   "within": 1000
// }
import { readdirSync } from 'node:fs';

export default {
  fetch(request) {
    try {
      return new Response(String(readdirSync('/sys/fs/cgroup').length));
    } catch (error) {
      return new Response(error.code);
    }
  },
};
