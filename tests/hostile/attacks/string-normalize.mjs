// normalize of a large string.
// expect: {
//   "limits": { "cpu": "200ms", "timeout": "2s", "memory": "2GB" },
//   "outcome": "cpu_exceeded",
//   "within": 1000
// }
function attack() {
  return new Response('\u1e9b\u0323'.repeat(3e7).normalize('NFKD').length);
}

export default { fetch: attack };
