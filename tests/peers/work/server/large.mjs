import { createServer } from 'node:http';

const text = 'x'.repeat(100 * 1024);

const server = createServer((request, response) => {
  response.setHeader('content-type', 'text/plain;charset=UTF-8');
  response.end(text);
});
server.listen(process.env.PORT, process.env.HOST);
