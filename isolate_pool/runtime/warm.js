// Done once, in the zygote: what most functions touch first. It halves the time of their first request and the memory
// that each of them dirties.
//
// Nothing here may use libuv's thread pool (its threads could not be taken away before a fork), bind an address, leave
// a handle or timer behind, or draw from a cache of randomness (crypto.randomUUID and randomInt keep one).
'use strict';

const ROUNDS = 30;
const LOADED_FILES = 5;
// Never bound: the HTTP lane answers listen().
const WARM_PORT = 1;

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

// The path of a cold start of a fetch function; with a body, a stream and JSON now and then.
async function exchangeFetch() {
  const fetchLane = require('./fetch_lane');
  fetchLane.serve({
    async fetch(request) {
      if (request.method === 'GET') return new Response('hello', { headers: { 'content-type': 'text/plain' } });
      const value = await request.json();
      return value.a === 1 ? Response.json(value) : new Response(new Blob(['hello']).stream());
    },
  });
  const fields = ['Host', 'localhost', 'User-Agent', 'curl/8', 'Accept', '*/*', 'X-Forwarded-For', '127.0.0.1'];
  const encoder = new TextEncoder();
  for (let i = 0; i < ROUNDS; i++) {
    fetchLane.request(2 * i, 'warm', 'GET', '/?a=1', fields, undefined);
    fetchLane.request(2 * i + 1, 'warm', 'POST', '/', fields, encoder.encode(`{"a":${i % 2}}`));
    await new Promise((resolve) => setImmediate(resolve));
  }
  fetchLane.reset();
}

// Requests over the HTTP lane, to a fetch handler and to a plain server: the path that a cold start takes.
async function exchangeHttp() {
  const http = require('http');
  const net = require('net');
  const httpLane = require('./http_lane');
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
  httpLane.prepare(WARM_PORT);
  for (const server of [createServer(target), plain.listen(WARM_PORT)]) {
    httpLane.serve(server);
    const [ours, theirs] = binding.socketPair();
    const socket = httpLane.connect(ours);
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
  httpLane.reset();
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

// The ways of loading a function's file, up to knowing its kind.
async function loadFiles() {
  const fs = require('fs');
  const path = require('path');
  const Module = require('module');
  const fetchLane = require('./fetch_lane');
  const httpLane = require('./http_lane');
  const { load } = require('./load');
  const folder = fs.mkdtempSync(path.join(require('os').tmpdir(), 'hearth-warm-'));
  const sources = {
    'lambda.cjs': 'exports.handler = async (event) => ({ event });',
    'lambda.mjs': 'export const handler = async (event) => ({ event });',
    'fetch.mjs': 'import os from "node:os"; export default { async fetch() { return new Response(os.EOL); } };',
    'server.cjs': 'require("http").createServer((q, r) => r.end()).listen(1)',
    'server.mjs': 'import http from "node:http"; http.createServer((q, r) => r.end()).listen(1)',
  };
  try {
    for (let i = 0; i < LOADED_FILES; i++) {
      for (const [name, source] of Object.entries(sources)) {
        const entry = path.join(folder, `${i}-${name}`);
        fs.writeFileSync(entry, source);
        await load({ entry, kind: '', handler: '', port: WARM_PORT }, () => {}).done;
        delete Module._cache[entry];
        httpLane.reset();
        fetchLane.reset();
      }
    }
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
  delete process.mainModule;
}

// Events, answered by the handlers that loadFiles left in place.
async function exchangeEvents() {
  const eventLane = require('./event_lane');
  for (let i = 0; i < ROUNDS; i++) {
    eventLane.invoke(i, '{"a":1}', 'warm', Date.now() + 1000, 'arn', '');
    await new Promise((resolve) => setImmediate(resolve));
  }
  eventLane.idle();
  eventLane.reset();
}

async function exercise() {
  for (const name of COMMON_MODULES) require(name);
  touchModules();
  await exchangeWebObjects();
  await exchangeFetch();
  await exchangeHttp();
  await loadFiles();
  await exchangeEvents();
}

module.exports = { exercise };
