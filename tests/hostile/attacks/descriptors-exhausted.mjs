// Files opened until there are no more descriptors.
// expect: {
//   "limits": { "timeout": "5s", "descriptors": 256 },
//   "outcome": "ok",
//   "answer": "EMFILE",
//   "within": 2000
// }
import { openSync } from 'node:fs';

export default {
  fetch(request) {
    for (let n = 0; n < 5000; n++) {
      try {
        openSync(import.meta.filename);
      } catch (error) {
        return new Response(error.code);
      }
    }
    return new Response('5000 and more');
  },
};
