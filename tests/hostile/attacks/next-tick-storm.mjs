// process.nextTick that queues itself again, before any I/O.
// expect: {
//   "limits": { "cpu": "200ms", "timeout": "2s" },
//   "outcome": "cpu_exceeded",
//   "within": 1000
// }
function attack() {
  return new Promise(() => {
    process.nextTick(function again() {
      process.nextTick(again);
    });
  });
}

export default { fetch: attack };
