// The environment of the parent, by /proc.
// expect: {
//   "outcome": "ok",
//   "answer": "EACCES|ENOENT|EPERM",
//   "within": 1000
// }
import { readFileSync } from 'node:fs';

export default {
  fetch(request) {
    try {
      return new Response(String(readFileSync(`/proc/${process.ppid}/environ`).length));
    } catch (error) {
      return new Response(error.code);
    }
  },
};
