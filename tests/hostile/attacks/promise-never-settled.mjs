// A promise that never settles, of a fetch function: told at once, not when the time is up.
// expect: {
//   "outcome": "function_error",
//   "message": "never settles",
//   "within": 1000
// }
export default {
  fetch(request) {
    return new Promise(() => {});
  },
};
