// eval of sources of several megabytes, over and over.
// expect: {
//   "limits": { "cpu": "200ms", "timeout": "2s", "memory": "2GB" },
//   "outcome": "cpu_exceeded",
//   "within": 1000
// }
function attack() {
  for (let n = 0; ; n++) (0, eval)(n + ', ' + '[1, 2, { a: 3 }], '.repeat(4e5) + '0');
}

export default { fetch: attack };
