// Recursion without end.
// expect: {
//   "outcome": "function_error",
//   "message": "Maximum call stack size exceeded"
// }
function attack() {
  return attack() + 1;
}

export default { fetch: attack };
