// The files of the user who started hearth.
// expect: {
//   "outcome": "ok",
//   "answer": "EACCES|ENOENT|EPERM",
//   "within": 1000
// }
import { readdirSync } from 'node:fs';

export default {
  fetch(request) {
    try {
      return new Response(String(readdirSync('/root').length));
    } catch (error) {
      return new Response(error.code);
    }
  },
};
