// A promise that never settles, while a timer makes it look as if it might.
// expect: {
//   "limits": { "timeout": "500ms" },
//   "outcome": "timeout",
//   "within": 1000
// }
export default {
  fetch() {
    return new Promise(() => setInterval(() => {}, 10));
  },
};
