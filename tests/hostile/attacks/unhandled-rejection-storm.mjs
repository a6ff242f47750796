// A hundred thousand rejections that nobody handles.
// expect: {
//   "outcome": "instance_exited",
//   "message": "uncaught.*rejection 0",
//   "within": 2000
// }
export default {
  fetch(request) {
    for (let n = 0; n < 100_000; n++) Promise.reject(new Error('rejection ' + n));
    return new Promise(() => {});
  },
};
