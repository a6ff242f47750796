// Array.prototype.includes of an array-like with 2 ** 33 holes. Most such builtins are deaf to V8's interrupts.
// expect: {
//   "limits": { "cpu": "200ms", "timeout": "2s" },
//   "outcome": "cpu_exceeded",
//   "within": 1000
// }
function attack() {
  Array.prototype.includes.call({ length: 2 ** 33 }, 1);
  return new Response();
}

export default { fetch: attack };
