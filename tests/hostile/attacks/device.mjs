// The disk, opened for reading.
// expect: {
//   "outcome": "ok",
//   "answer": "EACCES|ENOENT|EPERM",
//   "within": 1000
// }
import { openSync, readdirSync } from 'node:fs';

export default {
  fetch(request) {
    try {
      return new Response(String(openSync(readdirSync('/dev').map((name) => '/dev/' + name).find((name) => /\/(vd|sd|nvme|loop)/.test(name)) ?? '/dev/none')));
    } catch (error) {
      return new Response(error.code);
    }
  },
};
