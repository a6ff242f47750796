// SIGBUS to itself.
// expect: {
//   "outcome": "instance_killed",
//   "message": "SIGBUS",
//   "within": 1000
// }
export default {
  fetch(request) {
    process.kill(process.pid, 'SIGBUS');
    return new Promise(() => {});
  },
};
