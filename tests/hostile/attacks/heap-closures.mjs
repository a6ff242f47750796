// Closures that keep each other alive, without end.
// expect: {
//   "limits": { "memory": "128MB", "timeout": "5s" },
//   "outcome": "memory_exceeded",
//   "within": 3000
// }
function attack() {
  let last = () => {};
  for (;;) {
    const previous = last;
    last = () => previous;
  }
}

export default { fetch: attack };
