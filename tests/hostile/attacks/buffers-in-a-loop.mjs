// Buffers outside of V8's heap, filled and kept, without a turn of the event loop.
// expect: {
//   "limits": { "memory": "128MB", "timeout": "5s" },
//   "outcome": "memory_exceeded",
//   "within": 3000
// }
function attack() {
  const kept = [];
  for (let n = 0; n < 256; n++) kept.push(Buffer.alloc(8 << 20, 1));
  return new Response('survived');
}

export default { fetch: attack };
