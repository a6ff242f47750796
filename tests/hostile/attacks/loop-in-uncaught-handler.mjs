// An uncaught error, and a handler of it that never returns.
// expect: {
//   "limits": { "cpu": "200ms", "timeout": "2s" },
//   "outcome": "cpu_exceeded",
//   "within": 1000
// }
function attack() {
  process.on('uncaughtException', () => {
    for (;;);
  });
  return new Promise(() => setTimeout(() => {
    throw new Error();
  }));
}

export default { fetch: attack };
