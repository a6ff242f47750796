import { createServer } from 'node:http';
import { checks } from './checks.mjs';

const server = createServer(async (request, response) => {
  const { searchParams } = new URL(request.url, 'http://localhost');
  const result = await checks[searchParams.get('check')]();
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify(result));
});

server.listen(process.env.PORT);
