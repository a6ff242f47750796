// Filling a large typed array, over and over.
// expect: {
//   "limits": { "cpu": "200ms", "timeout": "2s", "memory": "2GB" },
//   "outcome": "cpu_exceeded",
//   "within": 1000
// }
function attack() {
  const array = new Uint8Array(1 << 28);
  for (;;) array.fill(1);
}

export default { fetch: attack };
