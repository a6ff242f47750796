// A hundred thousand timers of a millisecond.
// expect: {
//   "limits": { "cpu": "200ms", "timeout": "2s", "memory": "2GB" },
//   "outcome": "cpu_exceeded",
//   "within": 1000
// }
function attack() {
  for (let n = 0; n < 100_000; n++) setInterval(() => {}, 1);
  return new Promise(() => {});
}

export default { fetch: attack };
