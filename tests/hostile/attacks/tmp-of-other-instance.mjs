// A file in /tmp for the next instance of the same function, which must not see it.
// expect: {
//   "scaling": { "max_requests": 1 },
//   "outcome": "ok",
//   "answer": "none",
//   "then": [{ "path": "/", "answer": "none" }, { "path": "/", "answer": "none" }],
//   "within": 1000
// }
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

export default {
  fetch(request) {
    const seen = existsSync('/tmp/hostile-letter') ? readFileSync('/tmp/hostile-letter') : 'none';
    writeFileSync('/tmp/hostile-letter', 'a letter');
    return new Response(seen);
  },
};
