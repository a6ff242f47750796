// The code of another function, by a symbolic link in the function's own folder.
// expect: {
//   "links": { "link": "../victim/index.mjs" },
//   "outcome": "ok",
//   "answer": "EACCES|ENOENT|EPERM",
//   "within": 1000
// }
import { readFileSync } from 'node:fs';

export default {
  fetch(request) {
    try {
      return new Response(String(readFileSync('link').length));
    } catch (error) {
      return new Response(error.code);
    }
  },
};
