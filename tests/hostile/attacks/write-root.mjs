// A new file in the root folder.
// expect: {
//   "answer": "EACCES|ENOENT|EPERM|EROFS",
//   "outcome": "ok",
//   "within": 1000
// }
import { writeFileSync } from 'node:fs';

export default {
  fetch(request) {
    try {
      return new Response(String(writeFileSync('/hostile-file', '')));
    } catch (error) {
      return new Response(error.code);
    }
  },
};
