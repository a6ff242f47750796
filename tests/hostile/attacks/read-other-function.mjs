// The code of another function, by ..
// expect: {
//   "outcome": "ok",
//   "answer": "EACCES|ENOENT|EPERM",
//   "within": 1000
// }
import { readFileSync } from 'node:fs';

export default {
  fetch(request) {
    try {
      return new Response(String(readFileSync('../victim/index.mjs').length));
    } catch (error) {
      return new Response(error.code);
    }
  },
};
