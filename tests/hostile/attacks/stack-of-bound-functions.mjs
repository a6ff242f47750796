// A function bound a million times over, and called.
// expect: {
//   "limits": { "timeout": "5s", "memory": "2GB" },
//   "outcome": "function_error",
//   "message": "Maximum call stack size exceeded",
//   "within": 4000
// }
export default {
  fetch(request) {
    let bound = () => {};
    for (let n = 0; n < 1_000_000; n++) bound = Function.prototype.bind.call(bound);
    return bound();
  },
};
