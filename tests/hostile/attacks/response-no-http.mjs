// Bytes that are no HTTP, without end, in place of a response.
// expect: {
//   "kind": "server",
//   "outcome": "invalid_response",
//   "within": 1500
// }
import { createServer } from 'node:http';

createServer((request, response) => {
  const noise = Buffer.alloc(65536, 'noise ');
  const more = () => request.socket.write(noise, more);
  more();
}).listen(process.env.PORT);
