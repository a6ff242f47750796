// WebAssembly tables of ten million entries.
// expect: {
//   "limits": { "memory": "128MB", "timeout": "5s" },
//   "outcome": "memory_exceeded",
//   "within": 3000
// }
function attack() {
  const kept = [];
  for (let n = 0; n < 64; n++) kept.push(new WebAssembly.Table({ element: 'anyfunc', initial: 10_000_000 }));
  return new Response('survived');
}

export default { fetch: attack };
