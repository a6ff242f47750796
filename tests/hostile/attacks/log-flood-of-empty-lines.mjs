// Empty lines on standard error without end.
// expect: {
//   "limits": { "timeout": "500ms", "log": "1KB" },
//   "outcome": "timeout",
//   "within": 1200
// }
import { writeSync } from 'node:fs';

export default {
  fetch(request) {
    const lines = Buffer.alloc(65536, '\n');
    for (;;) writeSync(2, lines);
  },
};
