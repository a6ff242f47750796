import { createServer } from 'node:http';

import { fib } from '../fib.mjs';

const server = createServer((request, response) => {
  response.setHeader('content-type', 'text/plain;charset=UTF-8');
  response.end(`${fib(28)}\n`);
});
server.listen(process.env.PORT, process.env.HOST);
