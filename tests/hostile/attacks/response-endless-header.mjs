// A response whose header never ends.
// expect: {
//   "kind": "server",
//   "outcome": "invalid_response",
//   "within": 1500
// }
import { createServer } from 'node:http';

createServer((request, response) => {
  request.socket.write('HTTP/1.1 200 OK\r\nx: ');
  const part = Buffer.alloc(65536, 'x');
  const more = () => request.socket.write(part, more);
  more();
}).listen(process.env.PORT);
