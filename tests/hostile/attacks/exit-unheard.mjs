// process.reallyExit, which tells nobody.
// expect: {
//   "outcome": "instance_exited",
//   "message": "3",
//   "within": 1000
// }
export default {
  fetch(request) {
    process.reallyExit(3);
  },
};
