// The descriptors of the parent, by /proc.
// expect: {
//   "outcome": "ok",
//   "answer": "EACCES|ENOENT|EPERM",
//   "within": 1000
// }
import { readdirSync } from 'node:fs';

export default {
  fetch(request) {
    try {
      return new Response(String(readdirSync(`/proc/${process.ppid}/fd`).length));
    } catch (error) {
      return new Response(error.code);
    }
  },
};
