// An uncaught error that a handler takes, and then SIGKILL to itself: the latter is the cause of death.
// expect: {
//   "outcome": "instance_killed",
//   "message": "SIGKILL",
//   "within": 1000
// }
export default {
  fetch(request) {
    process.on('uncaughtException', () => process.kill(process.pid, 'SIGKILL'));
    return new Promise(() => setTimeout(() => {
      throw new Error('taken');
    }));
  },
};
