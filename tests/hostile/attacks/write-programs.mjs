// A new file among the machine's programs.
// expect: {
//   "answer": "EACCES|EPERM|EROFS",
//   "outcome": "ok",
//   "within": 1000
// }
import { writeFileSync } from 'node:fs';

export default {
  fetch(request) {
    try {
      return new Response(String(writeFileSync('/usr/bin/hostile-file', '')));
    } catch (error) {
      return new Response(error.code);
    }
  },
};
