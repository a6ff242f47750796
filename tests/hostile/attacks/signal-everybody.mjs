// A signal to every process id there may be (signal 0, which harms none): those that it reaches beside its own.
// expect: {
//   "outcome": "ok",
//   "answer": "0",
//   "within": 1000
// }
import { readdirSync } from 'node:fs';

export default {
  fetch(request) {
    // A thread's id reaches its process.
    const own = readdirSync('/proc/self/task').map(Number);
    let reached = 0;
    for (let pid = 2; pid < 65_536; pid++) {
      try {
        if (!own.includes(pid) && process.kill(pid, 0)) reached++;
      } catch {}
    }
    return new Response(String(reached));
  },
};
