// Noise on the channel to hearth.
// expect: {
//   "kind": "server",
//   "outcome": "invalid_response",
//   "message": "frame",
//   "within": 1500
// }
import { createServer } from 'node:http';
import { fstatSync, writeSync } from 'node:fs';

createServer((request, response) => {
  const sockets = [];
  for (let fd = 3; fd < 256; fd++) {
    try {
      if (fstatSync(fd).isSocket() && fd !== request.socket._handle.fd) sockets.push(fd);
    } catch {}
  }
  for (const fd of sockets) {
    try {
      writeSync(fd, Buffer.alloc(4096, 0xff));
    } catch {}
  }
}).listen(process.env.PORT);
