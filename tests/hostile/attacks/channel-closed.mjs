// The channel to hearth closed, then, much later, an answer. The instance can be told nothing any more, and must be replaced.
// expect: {
//   "kind": "server",
//   "limits": { "timeout": "1s" },
//   "scaling": { "idle_timeout": "1s" },
//   "outcome": "invalid_response",
//   "then": [{ "path": "/honest", "answer": "honest", "times": 4 }],
//   "within": 1500
// }
import { createServer } from 'node:http';
import { closeSync, fstatSync } from 'node:fs';

createServer((request, response) => {
  if (request.url === '/honest') {
    // Not at once, so that requests at the same time need connections of their own.
    setTimeout(() => response.end('honest'), 50);
    return;
  }
  const sockets = [];
  for (let fd = 3; fd < 256; fd++) {
    try {
      if (fstatSync(fd).isSocket() && fd !== request.socket._handle.fd) sockets.push(fd);
    } catch {}
  }
  for (const fd of sockets) closeSync(fd);
  // hearth knows long before; an answer at once would be a race, which the function may win.
  setTimeout(() => response.end('closed'), 1000);
}).listen(process.env.PORT);
