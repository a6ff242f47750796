// Messages full of descriptors on the channel to hearth.
// expect: {
//   "native": true,
//   "kind": "server",
//   "limits": { "timeout": "500ms" },
//   "outcome": "invalid_response",
//   "within": 1500
// }
const { createServer } = require('node:http');
const { fstatSync } = require('node:fs');
const native = require('./hostile.node');

createServer((request) => {
  const sockets = [];
  for (let fd = 3; fd < 256; fd++) {
    try {
      if (fstatSync(fd).isSocket() && fd !== request.socket._handle.fd) sockets.push(fd);
    } catch {}
  }
  for (const fd of sockets) native.sendDescriptors(fd, 1000);
}).listen(process.env.PORT);
