// A generator that never ends, drained by a loop.
// expect: {
//   "limits": { "cpu": "200ms", "timeout": "2s" },
//   "outcome": "cpu_exceeded",
//   "stack": "attack",
//   "within": 1000
// }
function attack() {
  function* forever() {
    for (;;) yield;
  }
  for (const _ of forever());
}

export default { fetch: attack };
