// Programs started without end.
// expect: {
//   "limits": { "timeout": "5s", "processes": 64 },
//   "outcome": "ok",
//   "answer": "EAGAIN|ENOENT|EACCES|EPERM",
//   "within": 4000
// }
import { spawn } from 'node:child_process';

export default {
  async fetch(request) {
    for (let n = 0; n < 200; n++) {
      const child = spawn('sleep', ['10'], { stdio: 'ignore' });
      const error = await new Promise((resolve) => child.once('spawn', resolve).once('error', resolve));
      if (error) return new Response(error.code);
    }
    return new Response('200 processes');
  },
};
