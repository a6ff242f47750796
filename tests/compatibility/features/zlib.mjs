import zlib from 'node:zlib';
import { promisify } from 'node:util';
import { failureOf } from '../support.mjs';

const TEXT = Buffer.from('squeeze me '.repeat(5000));
const PAIRS = [['gzip', 'gunzip'], ['deflate', 'inflate'], ['deflateRaw', 'inflateRaw'], ['brotliCompress', 'brotliDecompress'], ['zstdCompress', 'zstdDecompress']];

export async function run() {
  const result = {};
  for (const [pack, unpack] of PAIRS) {
    const sync = zlib[`${pack}Sync`](TEXT);
    const packed = await promisify(zlib[pack])(TEXT);
    const unpacked = await promisify(zlib[unpack])(packed);
    const streamed = Buffer.concat(await zlib[`create${unpack[0].toUpperCase()}${unpack.slice(1)}`]().end(packed).toArray());
    result[pack] = [sync.equals(packed), packed.length, unpacked.equals(TEXT), streamed.equals(TEXT)];
  }
  return {
    ...result,
    'thirty-two at once': (await Promise.all(Array.from({ length: 32 }, () => promisify(zlib.gzip)(TEXT)))).every((b) => b.length > 0),
    'crc32': zlib.crc32('text'),
    'corrupt': await failureOf(() => promisify(zlib.gunzip)(Buffer.from('nonsense'))),
    'truncated': await failureOf(() => promisify(zlib.inflate)(zlib.deflateSync('text').subarray(0, 5))),
    'too much output': await failureOf(() => zlib.gunzipSync(zlib.gzipSync(TEXT), { maxOutputLength: 10 })),
    'bytes of a level': zlib.gzipSync(TEXT, { level: 9 }).toString('base64').slice(0, 40),
    'codes': Object.keys(zlib.constants).length,
  };
}
