// An endless await of what is settled: the event loop never turns.
// expect: {
//   "limits": { "cpu": "200ms", "timeout": "2s" },
//   "outcome": "cpu_exceeded",
//   "within": 1000
// }
async function attack() {
  for (;;) await 0;
}

export default { fetch: attack };
