// An error whose name, message and stack are getters that never return.
// expect: {
//   "limits": { "cpu": "200ms", "timeout": "2s" },
//   "outcome": "cpu_exceeded",
//   "within": 1000
// }
function attack() {
  const loop = {
    get() {
      for (;;);
    },
  };
  throw Object.defineProperties(new Error(), { name: loop, message: loop, stack: loop });
}

export default { fetch: attack };
