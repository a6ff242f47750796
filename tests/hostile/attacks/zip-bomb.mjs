// A megabyte that unpacks to a gigabyte.
// expect: {
//   "limits": { "memory": "128MB", "timeout": "5s" },
//   "outcome": "memory_exceeded",
//   "within": 3000
// }
import { gunzipSync, gzipSync } from 'node:zlib';

function attack() {
  const packed = gzipSync(Buffer.alloc(1 << 26));
  const kept = [];
  for (let n = 0; n < 16; n++) kept.push(gunzipSync(packed));
  return new Response('survived');
}

export default { fetch: attack };
