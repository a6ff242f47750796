import { createServer } from 'node:http';

const server = createServer((request, response) => {
  response.writeHead(200, { 'Content-Type': 'text/plain' });
  response.end(`Hello from ${request.method} ${request.url}\n`);
});

server.listen(process.env.PORT || 3000);
