// A growable SharedArrayBuffer.
// expect: {
//   "limits": { "memory": "128MB", "timeout": "5s" },
//   "outcome": "memory_exceeded",
//   "within": 3000
// }
function attack() {
  const buffer = new SharedArrayBuffer(0, { maxByteLength: 2 ** 31 });
  for (let size = 1 << 23; size <= 2 ** 31; size += 1 << 23) {
    buffer.grow(size);
    new Uint8Array(buffer).fill(1, size - (1 << 23));
  }
  return new Response('survived');
}

export default { fetch: attack };
