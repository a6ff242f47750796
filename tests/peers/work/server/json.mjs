import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';

const server = createServer(async (request, response) => {
  const order = await json(request);
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ ...order, count: order.items.length }));
});
server.listen(process.env.PORT, process.env.HOST);
