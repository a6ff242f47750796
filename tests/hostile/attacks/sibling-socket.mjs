// A connection to an abstract socket that another instance of the function listens on.
// expect: {
//   "scaling": { "concurrency": 1 },
//   "outcome": "ok",
//   "answer": "apart",
//   "then": [{ "path": "/", "answer": "apart", "times": 6 }]
// }
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const NAME = '\0hostile-sibling';
const TOGETHER_MS = 300;

export default {
  async fetch(request) {
    const server = createServer((socket) => socket.destroy());
    try {
      await once(server.listen(NAME), 'listening');
      await delay(TOGETHER_MS);
    } catch {
      try {
        await once(connect(NAME), 'connect');
        return new Response('reached');
      } catch {}
    }
    server.close();
    return new Response('apart');
  },
};
