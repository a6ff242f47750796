import { http } from '@google-cloud/functions-framework';

const text = 'x'.repeat(100 * 1024);

http('large', (request, response) => {
  response.type('text').send(text);
});
