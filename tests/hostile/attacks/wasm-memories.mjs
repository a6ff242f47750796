// Ten thousand small WebAssembly memories, each with its guard regions.
// expect: {
//   "limits": { "memory": "128MB", "timeout": "5s" },
//   "outcome": "memory_exceeded",
//   "within": 3000
// }
function attack() {
  const kept = [];
  for (let n = 0; n < 10_000; n++) {
    const memory = new WebAssembly.Memory({ initial: 1 });
    new Uint8Array(memory.buffer).fill(1);
    kept.push(memory);
  }
  return new Response('survived');
}

export default { fetch: attack };
