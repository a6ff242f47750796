// A large request body that is never read, and no answer.
// expect: {
//   "limits": { "timeout": "500ms" },
//   "call": { "method": "POST", "bytes": 67108864 },
//   "outcome": "timeout",
//   "within": 2000
// }
export default {
  fetch(request) {
    return new Promise(() => {});
  },
};
