// Handlers for every signal that can have one, and no answer.
// expect: {
//   "limits": { "timeout": "500ms" },
//   "outcome": "timeout",
//   "within": 1000
// }
import { constants } from 'node:os';

export default {
  fetch(request) {
    for (const signal of Object.keys(constants.signals)) {
      try {
        process.on(signal, () => {});
      } catch {}
    }
    return new Promise(() => {});
  },
};
