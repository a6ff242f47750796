// process.exit while a request runs.
// expect: {
//   "outcome": "instance_exited",
//   "message": "process\\.exit\\(0\\)",
//   "within": 1000
// }
export default {
  fetch(request) {
    process.exit(0);
  },
};
