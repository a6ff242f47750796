// SIGKILL to itself.
// expect: {
//   "outcome": "instance_killed",
//   "message": "SIGKILL",
//   "within": 1000
// }
export default {
  fetch(request) {
    process.kill(process.pid, 'SIGKILL');
    return new Promise(() => {});
  },
};
