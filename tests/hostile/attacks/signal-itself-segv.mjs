// SIGSEGV to itself.
// expect: {
//   "outcome": "instance_killed",
//   "message": "SIGSEGV",
//   "within": 1000
// }
export default {
  fetch(request) {
    process.kill(process.pid, 'SIGSEGV');
    return new Promise(() => {});
  },
};
