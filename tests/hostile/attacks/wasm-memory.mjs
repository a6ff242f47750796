// WebAssembly memory that grows to 2 GB, all of it written.
// expect: {
//   "limits": { "memory": "128MB", "timeout": "5s" },
//   "outcome": "memory_exceeded",
//   "within": 3000
// }
function attack() {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 32768 });
  for (let n = 0; n < 256; n++) {
    memory.grow(127);
    new Uint8Array(memory.buffer).fill(1, n * 127 * 65536);
  }
  return new Response('survived');
}

export default { fetch: attack };
