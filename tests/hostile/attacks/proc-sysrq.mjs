// The kernel's emergency keys, opened for writing.
// expect: {
//   "answer": "EACCES|ENOENT|EPERM|EROFS",
//   "outcome": "ok",
//   "within": 1000
// }
import { openSync } from 'node:fs';

export default {
  fetch(request) {
    try {
      return new Response(String(openSync('/proc/sysrq-trigger', 'r+')));
    } catch (error) {
      return new Response(error.code);
    }
  },
};
