// A frame on the channel that announces 6 MB and never comes, then an answer.
// expect: {
//   "kind": "server",
//   "outcome": "ok",
//   "answer": "ok",
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
      writeSync(fd, Buffer.from('00006000', 'hex'));
    } catch {}
  }
  response.end('ok');
}).listen(process.env.PORT);
