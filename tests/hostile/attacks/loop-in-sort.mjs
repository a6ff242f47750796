// A sort whose comparator never returns.
// expect: {
//   "limits": { "cpu": "200ms", "timeout": "2s" },
//   "outcome": "cpu_exceeded",
//   "stack": "attack",
//   "within": 1000
// }
function attack() {
  return [2, 1].sort(() => {
    for (;;);
  });
}

export default { fetch: attack };
