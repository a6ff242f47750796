// A promise that never settles, of an HTTP function.
// expect: {
//   "limits": { "timeout": "500ms" },
//   "outcome": "timeout",
//   "within": 1000
// }
export default {
  fetch(request) {
    return new Promise(() => {});
  },
};
