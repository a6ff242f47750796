// The framework has read the body by then.
import { http } from '@google-cloud/functions-framework';

http('hold', (request, response) => {
  response.type('text').send('Hello, World!\n');
});
