// An ending that is a lie: a memory limit that was not breached, with a stack of a hundred thousand lines.
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
  const stack = Buffer.from('1a0161'.repeat(30_000), 'hex');
  const varint = (value) => [(value & 127) | 128, ((value >> 7) & 127) | 128, value >> 14];
  const ending = Buffer.from([0x08, 3, 0x1a, ...varint(stack.length), ...stack]);
  const frame = Buffer.from([0x1a, ...varint(ending.length), ...ending]);
  const header = Buffer.alloc(4);
  header.writeUInt32LE(frame.length);
  for (const fd of sockets) {
    try {
      writeSync(fd, Buffer.concat([header, frame]));
    } catch {}
  }
  response.end('ok');
}).listen(process.env.PORT);
