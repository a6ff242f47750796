// A signal to every process id there may be (signal 0, which harms none): those that it reaches beside its own,
// templates and other instances of the function included.
// expect: {
//   "outcome": "ok",
//   "answer": "0",
//   "within": 1000
// }
import { readdirSync } from 'node:fs';

export default {
  fetch(request) {
    const reached = [];
    for (let pid = 2; pid < 65_536; pid++) {
      try {
        if (process.kill(pid, 0)) reached.push(pid);
      } catch {}
    }
    // A thread's id reaches its process.
    const own = readdirSync('/proc/self/task').map(Number);
    return new Response(String(reached.filter((pid) => !own.includes(pid)).length));
  },
};
