// Recursion to the end of the stack, caught, and again: exponential in the depth of the stack.
// expect: {
//   "limits": { "cpu": "200ms", "timeout": "2s" },
//   "outcome": "cpu_exceeded",
//   "stack": "attack",
//   "within": 1000
// }
function attack() {
  try {
    attack();
  } catch {}
  try {
    attack();
  } catch {}
  return new Response();
}

export default { fetch: attack };
