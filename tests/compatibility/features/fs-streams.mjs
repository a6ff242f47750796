import { createReadStream, createWriteStream, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, gunzipSync } from 'node:zlib';
import { failureOf, withFolder } from '../support.mjs';

export const run = () => withFolder({}, async (folder) => {
  const file = path.join(folder, 'file');
  const line = `${'0123456789'.repeat(10)}\n`;
  await pipeline(Readable.from(Array.from({ length: 5000 }, () => line)), createWriteStream(file));
  await pipeline(createReadStream(file), createGzip(), createWriteStream(`${file}.gz`));
  const stream = createWriteStream(`${file}.b`);
  const accepted = stream.write(Buffer.alloc(1 << 20));
  stream.end();
  await once(stream, 'close');
  const handle = await open(file);
  const web = [];
  for await (const chunk of handle.readableWebStream()) web.push(chunk.byteLength);
  await handle.close();
  return {
    'written': createHash('sha256').update(readFileSync(file)).digest('hex'),
    'zipped': gunzipSync(readFileSync(`${file}.gz`)).length,
    'range': (await createReadStream(file, { start: 5, end: 9, encoding: 'utf8' }).toArray()).join(''),
    'back-pressure': [accepted, stream.bytesWritten],
    'web': web.reduce((sum, n) => sum + n),
    'missing': await failureOf(() => createReadStream(`${file}.none`).toArray()),
    'high-water mark': createReadStream('/dev/null').on('open', function () { this.close(); }).readableHighWaterMark,
  };
});
