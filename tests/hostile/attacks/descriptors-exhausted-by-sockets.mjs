// Sockets that listen, until there are no more descriptors.
// expect: {
//   "limits": { "timeout": "5s", "descriptors": 256 },
//   "outcome": "ok",
//   "answer": "EMFILE",
//   "within": 3000
// }
import { createSocket } from 'node:dgram';

export default {
  async fetch(request) {
    for (let n = 0; n < 5000; n++) {
      const socket = createSocket('udp4');
      try {
        await new Promise((resolve, reject) => socket.once('error', reject).bind(0, '127.0.0.1', resolve));
      } catch (error) {
        return new Response(error.code);
      }
    }
    return new Response('5000 and more');
  },
};
