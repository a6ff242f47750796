// What Node can do. Each check gives a value that depends on nothing but Node's version, so an instance must give what
// plain Node gives.
import { AsyncLocalStorage } from 'node:async_hooks';
import { execFile } from 'node:child_process';
import { createHash, pbkdf2, randomUUID } from 'node:crypto';
import dns from 'node:dns/promises';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import http from 'node:http';
import { createRequire } from 'node:module';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { DatabaseSync } from 'node:sqlite';
import { setInterval, setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import vm from 'node:vm';
import { Worker } from 'node:worker_threads';
import { brotliCompress, brotliDecompress, gunzip, gzip } from 'node:zlib';
import { WebSocketServer } from 'ws';

// (module (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add))
const ADD_WASM = Buffer.from(
  '0061736d0100000001070160027f7f017f030201000707010361646400000a09010700200020016a0b', 'hex');

const hex = (bytes) => Buffer.from(bytes).toString('hex');

async function withFolder(use) {
  const folder = await fs.mkdtemp(path.join(tmpdir(), 'features-'));
  try {
    return await use(folder);
  } finally {
    await fs.rm(folder, { recursive: true });
  }
}

export const checks = {
  'fs promises': () => withFolder(async (folder) => {
    const file = path.join(folder, 'file');
    await fs.writeFile(file, 'written');
    return [await fs.readFile(file, 'utf8'), await fs.readdir(folder), (await fs.stat(file)).size];
  }),

  'fs.watch': () => withFolder(async (folder) => {
    const events = fs.watch(folder)[Symbol.asyncIterator]();
    const event = events.next();
    await fs.writeFile(path.join(folder, 'new'), '');
    const { value: { filename } } = await event;
    await events.return();
    return filename;
  }),

  'dns': async () => (await dns.lookup('localhost', { family: 4 })).address,

  'pbkdf2 in the thread pool': async () => {
    const salts = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    return (await Promise.all(salts.map((salt) => promisify(pbkdf2)('password', salt, 1000, 16, 'sha256')))).map(hex);
  },

  'zlib': async () => {
    const text = 'hearth '.repeat(10_000);
    const unzipped = await promisify(gunzip)(await promisify(gzip)(text));
    const unbrotlied = await promisify(brotliDecompress)(await promisify(brotliCompress)(text));
    return [unzipped.toString() === text, unbrotlied.toString() === text];
  },

  'child processes': async () => {
    const shell = await promisify(execFile)('sh', ['-c', 'echo "$1"', 'sh', 'hello']);
    const node = await promisify(execFile)(process.execPath, ['--print', 'process.versions.v8']);
    return [shell.stdout, node.stdout];
  },

  'worker threads': async () => {
    const source = `
      const { parentPort, workerData } = require('node:worker_threads');
      parentPort.postMessage(workerData * 7);`;
    const workers = [1, 2, 3].map((workerData) => new Worker(source, { eval: true, workerData }));
    return Promise.all(workers.map(async (worker) => (await once(worker, 'message'))[0]));
  },

  'SharedArrayBuffer and Atomics': async () => {
    const cell = new Int32Array(new SharedArrayBuffer(4));
    const source = `
      const { workerData: cell } = require('node:worker_threads');
      Atomics.store(cell, 0, 42);
      Atomics.notify(cell, 0);`;
    new Worker(source, { eval: true, workerData: cell });
    await Atomics.waitAsync(cell, 0, 0).value;
    return Atomics.load(cell, 0);
  },

  'an HTTP server and fetch': async () => {
    const server = http.createServer((request, response) => request.pipe(response)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const response = await fetch(`http://127.0.0.1:${server.address().port}/`, { method: 'POST', body: 'echo' });
    const text = await response.text();
    server.close();
    server.closeAllConnections();
    return text;
  },

  'TCP': async () => {
    const server = net.createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = net.connect(server.address().port, '127.0.0.1');
    socket.end('echo');
    const received = (await socket.toArray()).join('');
    server.close();
    return received;
  },

  'a WebSocket server and client': async () => {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    server.on('connection', (socket) => socket.on('message', (message) => socket.send(`${message}!`)));
    await once(server, 'listening');
    const client = new WebSocket(`ws://127.0.0.1:${server.address().port}/`);
    client.onopen = () => client.send('hello');
    const [{ data }] = await once(client, 'message');
    client.close();
    server.close();
    return data;
  },

  'WebAssembly': async () => (await WebAssembly.instantiate(ADD_WASM)).instance.exports.add(40, 2),

  'crypto.subtle': async () => {
    const data = new TextEncoder().encode('data');
    const key = await crypto.subtle.generateKey({ name: 'Ed25519' }, false, ['sign', 'verify']);
    const signature = await crypto.subtle.sign('Ed25519', key.privateKey, data);
    const digest = hex(await crypto.subtle.digest('SHA-256', data));
    return [
      await crypto.subtle.verify('Ed25519', key.publicKey, signature, data),
      digest === createHash('sha256').update(data).digest('hex'),
      randomUUID() !== randomUUID(),
    ];
  },

  'timers': async () => {
    // Whoever calls a check does so from another queue; from here on the order is defined.
    await sleep(0);
    const order = [];
    const note = (name) => () => order.push(name);
    const immediate = new Promise((resolve) => setImmediate(resolve)).then(note('immediate'));
    const timeout = sleep(20).then(note('timeout'));
    process.nextTick(note('tick'));
    queueMicrotask(note('microtask'));
    await Promise.all([immediate, timeout]);
    for await (const value of setInterval(1, 'interval')) {
      order.push(value);
      break;
    }
    const aborted = await sleep(60_000, null, { signal: AbortSignal.timeout(1) }).catch((error) => error.cause.name);
    return [...order, aborted];
  },

  'AsyncLocalStorage': () => {
    const storage = new AsyncLocalStorage();
    return Promise.all([1, 2].map((id) => storage.run(id, async () => {
      await sleep(1);
      await fs.stat('.');
      return storage.getStore();
    })));
  },

  'dynamic import, require and JSON modules': async () => {
    const { answer } = await import('./answer.mjs');
    const { default: json } = await import('./answer.json', { with: { type: 'json' } });
    return [answer, json, createRequire(import.meta.url)('./answer.json')];
  },

  'web streams': async () => {
    const zipped = ReadableStream.from([Buffer.from('web ')]).pipeThrough(new CompressionStream('gzip'));
    const text = await new Response(zipped.pipeThrough(new DecompressionStream('gzip'))).text();
    return text + (await Readable.from(['and ', 'node']).toArray()).join('');
  },

  'signals': async () => {
    const received = once(process, 'SIGHUP');
    await promisify(execFile)('sh', ['-c', `kill -HUP ${process.pid}`]);
    return (await received)[0];
  },

  'sqlite': () => new DatabaseSync(':memory:').prepare('SELECT 6 * 7 AS answer').get().answer,

  'vm': () => vm.runInNewContext('answer + 1', { answer: 41 }),

  'Intl': () => new Intl.NumberFormat('de-DE', { style: 'currency', currency: 'EUR' }).format(1234.5),

  'structuredClone': () => structuredClone(new Map([['date', new Date(0)]])).get('date').toISOString(),

  'stack traces': () => new Error('here').stack.split('\n')[1].replace(/^.*\//, ''),
};
