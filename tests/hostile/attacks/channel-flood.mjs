// Valid frames on the channel to hearth, without end: results of events that nobody sent.
// expect: {
//   "kind": "server",
//   "limits": { "timeout": "500ms" },
//   "outcome": "invalid_response",
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
  const frames = Buffer.from('05000000120308e707'.repeat(7000), 'hex');
  const written = new Map(sockets.map((fd) => [fd, 0]));
  for (;;) {
    for (const [fd, offset] of written) {
      try {
        written.set(fd, (offset + writeSync(fd, frames, offset)) % frames.length);
      } catch {}
    }
  }
}).listen(process.env.PORT);
