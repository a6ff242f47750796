// join of 2 ** 27 holes, over and over.
// expect: {
//   "limits": { "cpu": "200ms", "timeout": "2s", "memory": "2GB" },
//   "outcome": "cpu_exceeded",
//   "within": 1000
// }
function attack() {
  const holes = new Array(2 ** 27);
  for (;;) holes.join('');
}

export default { fetch: attack };
