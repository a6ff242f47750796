// SIGSTOP to itself.
// expect: {
//   "limits": { "timeout": "500ms" },
//   "outcome": "timeout",
//   "within": 1000
// }
export default {
  fetch(request) {
    process.kill(process.pid, 'SIGSTOP');
    return new Response('here again');
  },
};
