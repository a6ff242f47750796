// A response with both a length and chunks.
// expect: {
//   "kind": "server",
//   "outcome": "invalid_response",
//   "within": 1500
// }
import { createServer } from 'node:http';

createServer((request, response) => {
  request.socket.write('HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n');
}).listen(process.env.PORT);
