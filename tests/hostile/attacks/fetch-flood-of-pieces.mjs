// A body that comes in pieces without end, whether or not anybody takes them: hearth must not keep them for a slow client.
// expect: {
//   "outcome": "invalid_response",
//   "brokenOff": true,
//   "within": 3000
// }
import { fstatSync, writeSync } from 'node:fs';

const varint = (value) => (value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)]);
const field = (number, bytes) => [(number << 3) | 2, ...varint(bytes.length), ...bytes];
const frame = (message) => {
  const header = Buffer.alloc(4);
  header.writeUInt32LE(message.length);
  return Buffer.concat([header, Buffer.from(message)]);
};

function send(bytes) {
  for (let fd = 3; fd < 256; fd++) {
    try {
      if (fstatSync(fd).isSocket()) writeSync(fd, bytes);
    } catch {}
  }
}

export default {
  fetch() {
    setTimeout(() => {
      const piece = [...new Uint8Array(60_000)];
      // Of this request, which is the instance's first.
      const bytes = frame(field(6, [8, 1, ...field(2, piece)]));
      for (;;) send(bytes);
    }, 50);
    return new Response(new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(10)) }));
  },
};
