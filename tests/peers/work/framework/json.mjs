import { http } from '@google-cloud/functions-framework';

http('json', (request, response) => {
  const order = request.body;
  response.json({ ...order, count: order.items.length });
});
