// Informational responses without end, and no final one.
// expect: {
//   "kind": "server",
//   "limits": { "timeout": "500ms" },
//   "outcome": "timeout",
//   "within": 1500
// }
import { createServer } from 'node:http';

createServer((request, response) => {
  const hints = 'HTTP/1.1 103 Early Hints\r\nx: y\r\n\r\n'.repeat(1000);
  const more = () => request.socket.write(hints, more);
  more();
}).listen(process.env.PORT);
