// The memory of the parent, by /proc.
// expect: {
//   "outcome": "ok",
//   "answer": "EACCES|ENOENT|EPERM",
//   "within": 1000
// }
import { openSync } from 'node:fs';

export default {
  fetch(request) {
    try {
      return new Response(String(openSync(`/proc/${process.ppid}/mem`, 'r+')));
    } catch (error) {
      return new Response(error.code);
    }
  },
};
