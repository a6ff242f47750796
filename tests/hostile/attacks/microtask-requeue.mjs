// A microtask that queues itself again.
// expect: {
//   "limits": { "cpu": "200ms", "timeout": "2s" },
//   "outcome": "cpu_exceeded",
//   "stack": "again|runMicrotask",
//   "within": 1000
// }
function attack() {
  return new Promise(() => {
    queueMicrotask(function again() {
      queueMicrotask(again);
    });
  });
}

export default { fetch: attack };
