import { http } from '@google-cloud/functions-framework';

import { fib } from '../fib.mjs';

http('cpu', (request, response) => {
  response.type('text').send(`${fib(28)}\n`);
});
