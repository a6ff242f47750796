// The default comparator, which compares as text, on millions of numbers.
// expect: {
//   "limits": { "cpu": "200ms", "timeout": "2s", "memory": "2GB" },
//   "outcome": "cpu_exceeded",
//   "within": 1000
// }
function attack() {
  return new Response([...new Float64Array(3e6).map(Math.random)].sort().length);
}

export default { fetch: attack };
