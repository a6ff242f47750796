// process.exit, and an exit handler that never returns.
// expect: {
//   "limits": { "cpu": "200ms", "timeout": "2s" },
//   "outcome": "cpu_exceeded",
//   "within": 1000
// }
function attack() {
  process.on('exit', () => {
    for (;;);
  });
  process.exit();
}

export default { fetch: attack };
