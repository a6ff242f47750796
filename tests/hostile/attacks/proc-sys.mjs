// A setting of the kernel, opened for writing.
// expect: {
//   "answer": "EACCES|ENOENT|EPERM|EROFS",
//   "outcome": "ok",
//   "within": 1000
// }
import { openSync } from 'node:fs';

export default {
  fetch(request) {
    try {
      return new Response(String(openSync('/proc/sys/kernel/core_pattern', 'r+')));
    } catch (error) {
      return new Response(error.code);
    }
  },
};
