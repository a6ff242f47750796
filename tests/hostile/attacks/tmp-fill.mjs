// /tmp filled, up to 1 GB.
// expect: {
//   "limits": { "timeout": "5s", "tmp": "16MB" },
//   "outcome": "ok",
//   "answer": "ENOSPC",
//   "within": 4000
// }
import { openSync, writeSync } from 'node:fs';

export default {
  fetch(request) {
    const file = openSync('/tmp/hostile-large', 'w');
    const part = Buffer.alloc(1 << 23, 1);
    for (let n = 0; n < 128; n++) {
      try {
        if (writeSync(file, part) < part.length) return new Response('ENOSPC');
      } catch (error) {
        return new Response(error.code);
      }
    }
    return new Response('1 GB');
  },
};
