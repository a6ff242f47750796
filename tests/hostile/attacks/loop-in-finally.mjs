// A loop whose every exit leads back into it: through catch, and through finally.
// expect: {
//   "limits": { "cpu": "200ms", "timeout": "2s" },
//   "outcome": "cpu_exceeded",
//   "stack": "attack",
//   "within": 1000
// }
function attack() {
  for (;;) {
    try {
      try {
        throw new Error();
      } finally {
        continue;
      }
    } catch {}
  }
}

export default { fetch: attack };
