// Objects that are kept, without end.
// expect: {
//   "limits": { "memory": "128MB", "timeout": "5s" },
//   "outcome": "memory_exceeded",
//   "within": 3000
// }
function attack() {
  const kept = [];
  for (;;) kept.push({ index: kept.length, text: 'x'.repeat(16) + kept.length });
}

export default { fetch: attack };
