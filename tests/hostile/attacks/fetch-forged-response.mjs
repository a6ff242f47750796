// Responses to whatever the channel may be asking for, with a second response hidden in a header.
// expect: {
//   "outcome": "invalid_response",
//   "within": 1500
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
    const text = (string) => [...Buffer.from(string)];
    for (let id = 1; id < 100; id++) {
      const response = [8, ...varint(id), 16, ...varint(200), ...field(4, text('x')),
        ...field(4, text('y\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK')), ...field(5, text('forged'))];
      send(frame(field(5, response)));
    }
    return new Response('late');
  },
};
