import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { WebSocket, WebSocketServer } from 'ws';

const page = readFileSync(new URL('index.html', import.meta.url));

const server = createServer((request, response) => {
  response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' });
  response.end(page);
});

const sockets = new WebSocketServer({ server, maxPayload: 16 * 1024 });

sockets.on('connection', (socket) => {
  socket.on('error', console.error);
  socket.on('message', (message) => {
    for (const client of sockets.clients) {
      if (client.readyState === WebSocket.OPEN) client.send(message.toString());
    }
  });
});

server.listen(process.env.PORT || 3000);
