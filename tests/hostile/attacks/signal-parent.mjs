// SIGKILL to the parent.
// expect: {
//   "outcome": "ok",
//   "answer": "EPERM|ESRCH|none",
//   "within": 1000
// }
export default {
  fetch(request) {
    // 0 and 1: the parent is outside of the namespace. To signal 0 would be to signal oneself.
    if (process.ppid <= 1) return new Response('none');
    try {
      process.kill(process.ppid, 'SIGKILL');
      return new Response('sent');
    } catch (error) {
      return new Response(error.code);
    }
  },
};
