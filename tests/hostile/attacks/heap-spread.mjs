// An array that is spread into itself, doubling.
// expect: {
//   "limits": { "memory": "128MB", "timeout": "5s" },
//   "outcome": "memory_exceeded",
//   "within": 3000
// }
function attack() {
  let array = [1, 2, 3, 4];
  for (;;) array = [...array, ...array];
}

export default { fetch: attack };
