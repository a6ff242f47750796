// Promises that wait for each other, without end.
// expect: {
//   "limits": { "memory": "128MB", "timeout": "5s" },
//   "outcome": "memory_exceeded",
//   "within": 3000
// }
function attack() {
  const never = new Promise(() => {});
  const kept = [];
  for (;;) kept.push(never.then(() => {}));
}

export default { fetch: attack };
