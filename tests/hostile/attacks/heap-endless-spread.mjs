// A generator without end, spread into an array.
// expect: {
//   "limits": { "memory": "128MB", "timeout": "5s" },
//   "outcome": "memory_exceeded",
//   "within": 3000
// }
function attack() {
  return [...(function* () {
    for (;;) yield {};
  })()];
}

export default { fetch: attack };
