// process.abort.
// expect: {
//   "outcome": "instance_killed",
//   "message": "SIGABRT",
//   "within": 1000
// }
export default {
  fetch(request) {
    process.abort();
  },
};
