// Sorting a large typed array.
// expect: {
//   "limits": { "cpu": "200ms", "timeout": "2s", "memory": "2GB" },
//   "outcome": "cpu_exceeded",
//   "within": 1000
// }
function attack() {
  const array = new Float64Array(1 << 25).map(Math.random);
  array.sort();
  return new Response();
}

export default { fetch: attack };
