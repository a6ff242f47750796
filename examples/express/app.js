import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import express from 'express';

const BLOCK_BYTES = 64 * 1024;

const app = express();

app.get('/', (req, res) => {
  res.format({
    text: () => res.send('Hello, World!\n'),
    html: () => res.send('<!doctype html><title>Hello</title><h1>Hello, World!</h1>\n'),
  });
});

app.get('/json', (req, res) => {
  res.json({ hello: 'world' });
});

app.post('/echo', express.json(), (req, res) => {
  res.json(req.body);
});

app.post('/sha256', async (req, res) => {
  const hash = createHash('sha256');
  await pipeline(req, hash);
  res.type('text').send(`${hash.digest('hex')}\n`);
});

app.get('/big', async (req, res) => {
  const bytes = Number(req.query.bytes ?? 1_000_000);
  if (!Number.isSafeInteger(bytes) || bytes < 0) {
    res.status(400).type('text').send('bytes must be a whole number\n');
    return;
  }
  res.type('application/octet-stream');
  await pipeline(Readable.from(blocks(bytes)), res);
});

app.get('/slow', async (req, res) => {
  const ms = Number(req.query.ms ?? 1000);
  await sleep(ms);
  res.type('text').send(`took ${ms} ms\n`);
});

// Block n is filled with the byte n, so that a lost or swapped block changes the hash of the whole.
function* blocks(bytes) {
  for (let n = 0, left = bytes; left > 0; n++, left -= BLOCK_BYTES) {
    yield Buffer.alloc(Math.min(left, BLOCK_BYTES), n % 256);
  }
}

app.listen(process.env.PORT || 3000);
