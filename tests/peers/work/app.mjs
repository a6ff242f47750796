// The Express application that all peers start.
import express from 'express';

export const app = express();

app.use(express.json());
app.get('/', (request, response) => {
  response.type('text').send('Hello, World!\n');
});
app.get('/users/:id', (request, response) => {
  response.json({ id: request.params.id });
});
app.post('/orders', (request, response) => {
  response.status(201).json({ ...request.body, count: request.body.items.length });
});
