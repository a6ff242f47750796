import { text, json, arrayBuffer } from 'node:stream/consumers';
import { failureOf } from '../support.mjs';

export async function run() {
  const [left, right] = ReadableStream.from(['a', 'b']).tee();
  const zipped = ReadableStream.from([Buffer.from('squeezed '.repeat(100))]).pipeThrough(new CompressionStream('gzip'));
  const byob = new ReadableStream({
    type: 'bytes',
    pull(controller) {
      controller.byobRequest.view[0] = 7;
      controller.byobRequest.respond(1);
    },
  });
  const { value } = await byob.getReader({ mode: 'byob' }).read(new Uint8Array(4));
  const { readable, writable } = new TransformStream({ transform: (n, controller) => controller.enqueue(n * 2) });
  const writer = writable.getWriter();
  writer.write(21);
  writer.close();
  return {
    'tee': [await Array.fromAsync(left), await Array.fromAsync(right)],
    'compression': (await text(zipped.pipeThrough(new DecompressionStream('gzip')))).length,
    'deflate-raw': await text(ReadableStream.from([Buffer.from('raw')]).pipeThrough(new CompressionStream('deflate-raw'))
      .pipeThrough(new DecompressionStream('deflate-raw'))),
    'byob': Array.from(value),
    'transform': await Array.fromAsync(readable),
    'text streams': await text(ReadableStream.from(['grüße']).pipeThrough(new TextEncoderStream()).pipeThrough(new TextDecoderStream())),
    'consumers': [await json(ReadableStream.from(['{"a":', '1}'])), (await arrayBuffer(new Blob(['12']).stream())).byteLength],
    'cancel': await failureOf(async () => {
      const stream = new ReadableStream({ cancel(reason) { throw reason; } });
      await stream.cancel(new RangeError('no'));
    }),
    'locked': await failureOf(() => { const stream = new ReadableStream(); stream.getReader(); stream.getReader(); }),
  };
}
