// Two responses to one request: the second must reach nobody.
// expect: {
//   "kind": "server",
//   "scaling": { "idle_timeout": "500ms" },
//   "outcome": "ok",
//   "answer": "first",
//   "then": [{ "path": "/honest", "answer": "honest", "times": 3 }]
// }
import { createServer } from 'node:http';

createServer((request, response) => {
  const answer = (text) => `HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
  if (request.url === '/honest') response.end('honest');
  else request.socket.write(answer('first') + answer('second'));
}).listen(process.env.PORT);
