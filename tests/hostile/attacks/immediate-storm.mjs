// setImmediate that queues itself again: the loop turns, and does nothing else.
// expect: {
//   "limits": { "cpu": "200ms", "timeout": "2s" },
//   "outcome": "cpu_exceeded",
//   "within": 1000
// }
function attack() {
  return new Promise(() => {
    setImmediate(function again() {
      setImmediate(again);
    });
  });
}

export default { fetch: attack };
