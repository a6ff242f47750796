// One line of log that never ends.
// expect: {
//   "limits": { "timeout": "500ms", "log": "1KB" },
//   "outcome": "timeout",
//   "within": 1200
// }
import { writeSync } from 'node:fs';

export default {
  fetch(request) {
    const part = Buffer.alloc(65536, 'x');
    for (;;) writeSync(1, part);
  },
};
