// SIGSTOP to itself: nobody wakes it up.
// expect: {
//   "limits": { "timeout": "500ms" },
//   "outcome": "timeout",
//   "within": 2000
// }
export default {
  fetch(request) {
    process.kill(process.pid, 'SIGSTOP');
    return new Response('here again');
  },
};
