// A Set of tens of millions.
// expect: {
//   "limits": { "memory": "128MB", "timeout": "5s" },
//   "outcome": "memory_exceeded",
//   "within": 3000
// }
function attack() {
  const set = new Set();
  for (let n = 0; n < 1 << 24; n++) set.add(n);
  return new Response('survived');
}

export default { fetch: attack };
