// A detached program that outlives its instance.
// expect: {
//   "outcome": "ok",
//   "answer": "started|ENOENT|EACCES|EPERM",
//   "within": 1000
// }
import { spawn } from 'node:child_process';

export default {
  async fetch(request) {
    const child = spawn('sleep', ['10'], { detached: true, stdio: 'ignore' });
    child.unref();
    const error = await new Promise((resolve) => child.once('spawn', resolve).once('error', resolve));
    return new Response(error?.code ?? 'started');
  },
};
