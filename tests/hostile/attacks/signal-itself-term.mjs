// SIGTERM to itself.
// expect: {
//   "outcome": "instance_killed",
//   "message": "SIGTERM",
//   "within": 1000
// }
export default {
  fetch(request) {
    process.kill(process.pid, 'SIGTERM');
    return new Promise(() => {});
  },
};
