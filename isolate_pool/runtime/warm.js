// Done once, in the zygote: what most functions touch first. It halves the time of their first request and the memory
// that each of them dirties.
//
// Nothing here may use libuv's thread pool (its threads could not be taken away before a fork), bind an address, leave
// a handle or timer behind, or draw from a cache of randomness (crypto.randomUUID and randomInt keep one).
'use strict';

const ROUNDS = 30;

const COMMON_MODULES = [
  'assert', 'async_hooks', 'buffer', 'child_process', 'crypto', 'diagnostics_channel', 'dns', 'events', 'fs',
  'fs/promises', 'http', 'https', 'module', 'net', 'os', 'path', 'perf_hooks', 'querystring', 'readline', 'stream',
  'stream/promises', 'stream/web', 'string_decoder', 'timers', 'timers/promises', 'tls', 'tty', 'url', 'util', 'v8', 'vm',
  'worker_threads', 'zlib',
];

async function exchangeWebObjects() {
  for (let i = 0; i < ROUNDS; i++) {
    const request = new Request(`http://localhost/${i}?a=1`, {
      method: 'POST', body: '{"a":1}', headers: { 'content-type': 'application/json' },
    });
    await request.json();
    const response = Response.json({ i }, { headers: { etag: 'x' } });
    response.headers.get('content-type');
    await response.text();
    const url = new URL('http://a.example/b?c=d');
    url.searchParams.get('c');
    new TextDecoder().decode(new TextEncoder().encode('text'));
    structuredClone({ a: [1, 2, 3] });
    new AbortController().abort();
    const stream = new ReadableStream({
      start(controller) {
        controller.enqueue(new Uint8Array(4));
        controller.close();
      },
    });
    await new Response(stream).arrayBuffer();
  }
}

// Requests over the HTTP lane, answered by a fetch handler: the path that a cold start takes.
async function exchangeHttp() {
  const http = require('http');
  const net = require('net');
  const { createServer } = require('./fetch_handler');
  const target = {
    async fetch(request) {
      const text = request.body ? await request.text() : '';
      return new Response(`hello ${text}`, { headers: { 'content-type': 'text/plain' } });
    },
  };
  const plain = http.createServer((request, response) => {
    response.setHeader('content-type', 'text/plain');
    request.on('data', () => {});
    request.on('end', () => response.end('hello'));
  });
  for (const server of [createServer(target), plain]) {
    server.keepAliveTimeout = 0;
    server.emit('listening');
    const [ours, theirs] = binding.socketPair();
    const socket = new net.Socket({ fd: ours, readable: true, writable: true });
    server.emit('connection', socket);
    const client = new net.Socket({ fd: theirs, readable: true, writable: true });
    for (let i = 0; i < ROUNDS; i++) {
      const body = i % 2 ? '{"a":1}' : '';
      const head = i % 2 ? `POST / HTTP/1.1\r\nContent-Length: ${body.length}` : 'GET / HTTP/1.1';
      client.write(`${head}\r\nHost: localhost\r\nx-hearth-request-id: warm\r\n\r\n${body}`);
      await new Promise((resolve) => client.once('data', resolve));
    }
    client.destroy();
    socket.destroy();
    server.close();
    server.closeAllConnections();
  }
}

function touchModules() {
  const crypto = require('crypto');
  for (let i = 0; i < ROUNDS; i++) {
    crypto.createHash('sha256').update('warm').digest('hex');
    crypto.randomBytes(16);
    crypto.randomUUID({ disableEntropyCache: true });
    Buffer.from('warm').toString('base64');
    JSON.parse(JSON.stringify({ a: [1, { b: 'c' }] }));
  }
  require('util').inspect({ a: 1, b: [2, 3], c: new Map([[1, 2]]), error: new Error('warm') });
  require('zlib').gunzipSync(require('zlib').gzipSync('warm'));
  new Intl.DateTimeFormat('en').format(0);
  require('fs').statSync(process.execPath);
}

async function warm() {
  for (const name of COMMON_MODULES) require(name);
  touchModules();
  await exchangeWebObjects();
  await exchangeHttp();
}

module.exports = { warm };
