// Empty files in /tmp, up to a hundred thousand.
// expect: {
//   "limits": { "timeout": "5s", "tmp": "16MB" },
//   "outcome": "ok",
//   "answer": "ENOSPC",
//   "within": 4000
// }
import { mkdirSync, writeFileSync } from 'node:fs';

export default {
  fetch(request) {
    mkdirSync('/tmp/hostile-names');
    for (let n = 0; n < 100_000; n++) {
      try {
        writeFileSync(`/tmp/hostile-names/${n}`, '');
      } catch (error) {
        return new Response(error.code);
      }
    }
    return new Response('100000 files');
  },
};
