// toString that never returns, called from native code.
// expect: {
//   "limits": { "cpu": "200ms", "timeout": "2s" },
//   "outcome": "cpu_exceeded",
//   "stack": "toString",
//   "within": 1000
// }
function attack() {
  const value = {
    toString() {
      for (;;);
    },
  };
  return new Response([value].join());
}

export default { fetch: attack };
