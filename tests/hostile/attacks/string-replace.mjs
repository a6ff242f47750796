// replace of 64 million matches.
// expect: {
//   "limits": { "cpu": "200ms", "timeout": "2s", "memory": "2GB" },
//   "outcome": "cpu_exceeded",
//   "within": 1000
// }
function attack() {
  return new Response('a'.repeat(2 ** 26).replace(/a/g, 'bb').length);
}

export default { fetch: attack };
