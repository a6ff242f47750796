// A loop in the traps of a proxy, entered from native code.
// expect: {
//   "limits": { "cpu": "200ms", "timeout": "2s" },
//   "outcome": "cpu_exceeded",
//   "stack": "ownKeys",
//   "within": 1000
// }
function attack() {
  const proxy = new Proxy({}, {
    ownKeys() {
      for (;;);
    },
  });
  return Object.keys(proxy);
}

export default { fetch: attack };
