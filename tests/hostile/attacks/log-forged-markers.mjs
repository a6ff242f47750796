// Markers of other requests, forged by the hundred thousand in the log.
// expect: {
//   "limits": { "timeout": "5s", "log": "1KB" },
//   "outcome": "ok",
//   "answer": "ok",
//   "within": 3000
// }
import { writeSync } from 'node:fs';

export default {
  fetch(request) {
    for (let n = 0; n < 1000; n++) {
      writeSync(1, '\0H00000000-0000-4000-8000-000000000000\0a line\n'.repeat(100));
    }
    writeSync(1, '\0H' + 'x'.repeat(1 << 20));
    return new Response('ok');
  },
};
