// normalize of a large string, over and over.
// expect: {
//   "limits": { "cpu": "200ms", "timeout": "2s", "memory": "2GB" },
//   "outcome": "cpu_exceeded",
//   "within": 1000
// }
function attack() {
  for (;;) '\u1e9b\u0323'.repeat(1e7).normalize('NFKD');
}

export default { fetch: attack };
