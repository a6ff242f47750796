// The budget of processes, used up by all instances of the function at once: each has its own.
// expect: {
//   "limits": { "timeout": "5s", "processes": 40 },
//   "scaling": { "concurrency": 1 },
//   "outcome": "ok",
//   "answer": "all",
//   "then": [{ "path": "/", "answer": "all", "times": 6 }]
// }
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

// Beside the instance's own threads, it is within the budget of one instance, and far beyond it for two.
const CHILDREN = 20;
const TOGETHER_MS = 300;

export default {
  async fetch(request) {
    try {
      const children = Array.from({ length: CHILDREN }, () => spawn('/bin/sleep', ['10']));
      await Promise.all(children.map((child) => once(child, 'spawn')));
      await delay(TOGETHER_MS);
      for (const child of children) child.kill('SIGKILL');
      await Promise.all(children.map((child) => once(child, 'exit')));
      return new Response('all');
    } catch (error) {
      return new Response(error.code);
    }
  },
};
