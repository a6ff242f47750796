import { http } from '@google-cloud/functions-framework';

http('hello', (request, response) => {
  response.type('text').send('Hello, World!\n');
});
