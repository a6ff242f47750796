// The processes of others, by /proc: to be seen, or to be signalled (signal 0, which harms none).
// expect: {
//   "outcome": "ok",
//   "answer": "{\"others\":0,\"signalled\":0}",
//   "within": 1000
// }
import { readdirSync } from 'node:fs';

export default {
  fetch(request) {
    let others = [];
    try {
      others = readdirSync('/proc').map(Number).filter((pid) => pid > 1 && pid !== process.pid);
    } catch {}
    const signalled = [1, process.ppid, ...others].filter((pid) => {
      try {
        // Whoever is process 1 of the function's own namespace is no other.
        return pid > 1 && process.kill(pid, 0);
      } catch {
        return false;
      }
    });
    return Response.json({ others: others.length, signalled: signalled.length });
  },
};
