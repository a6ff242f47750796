import { createServer } from 'node:http';

const server = createServer((request, response) => {
  response.setHeader('content-type', 'text/plain;charset=UTF-8');
  response.end('Hello, World!\n');
});
server.listen(process.env.PORT, process.env.HOST);
