// Buffers outside of V8's heap, filled and kept.
// expect: {
//   "limits": { "memory": "128MB", "timeout": "5s" },
//   "outcome": "memory_exceeded",
//   "within": 3000
// }
async function attack() {
  const kept = [];
  for (let n = 0; n < 256; n++) {
    kept.push(Buffer.alloc(8 << 20, 1));
    await new Promise(setImmediate);
  }
  return new Response('survived');
}

export default { fetch: attack };
