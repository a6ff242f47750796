// The files of the user who started hearth: there are none, or they are not to be seen.
// expect: {
//   "outcome": "ok",
//   "answer": "0|EACCES|ENOENT|EPERM",
//   "within": 1000
// }
import { readdirSync } from 'node:fs';
import { homedir } from 'node:os';

export default {
  fetch(request) {
    try {
      return new Response(String(readdirSync(homedir()).length));
    } catch (error) {
      return new Response(error.code);
    }
  },
};
