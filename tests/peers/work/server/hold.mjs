// Answers when the whole request is there, so that whoever sends it can keep an instance busy.
import { createServer } from 'node:http';

const server = createServer((request, response) => {
  response.setHeader('content-type', 'text/plain;charset=UTF-8');
  request.resume().on('end', () => response.end('Hello, World!\n'));
});
server.listen(process.env.PORT, process.env.HOST);
