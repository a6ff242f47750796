// /etc/shadow.
// expect: {
//   "outcome": "ok",
//   "answer": "EACCES|ENOENT|EPERM",
//   "within": 1000
// }
import { readFileSync } from 'node:fs';

export default {
  fetch(request) {
    try {
      return new Response(String(readFileSync('/etc/shadow').length));
    } catch (error) {
      return new Response(error.code);
    }
  },
};
