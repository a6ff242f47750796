// A resizable ArrayBuffer that grows to 2 GB, and is transferred on the way.
// expect: {
//   "limits": { "memory": "128MB", "timeout": "5s" },
//   "outcome": "memory_exceeded",
//   "within": 3000
// }
function attack() {
  let buffer = new ArrayBuffer(0, { maxByteLength: 2 ** 31 });
  for (let size = 1 << 23; size <= 2 ** 31; size += 1 << 23) {
    buffer.resize(size);
    new Uint8Array(buffer).fill(1, size - (1 << 23));
    if (size % (1 << 26) === 0) buffer = buffer.transfer();
  }
  return new Response('survived');
}

export default { fetch: attack };
