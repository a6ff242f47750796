// The function's own code, opened for writing.
// expect: {
//   "answer": "EACCES|EPERM|EROFS",
//   "outcome": "ok",
//   "within": 1000
// }
import { openSync } from 'node:fs';

export default {
  fetch(request) {
    try {
      return new Response(String(openSync(import.meta.filename, 'a')));
    } catch (error) {
      return new Response(error.code);
    }
  },
};
