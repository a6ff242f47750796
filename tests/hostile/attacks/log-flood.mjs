// Lines of log without end.
// expect: {
//   "limits": { "timeout": "500ms", "log": "1KB" },
//   "outcome": "timeout",
//   "within": 1200
// }
export default {
  fetch(request) {
    for (;;) console.log('x'.repeat(1000));
  },
};
