// SIGSTOP to itself, which the first process of a pid namespace does not get.
// expect: {
//   "outcome": "ok",
//   "answer": "here again",
//   "within": 1000
// }
export default {
  fetch(request) {
    process.kill(process.pid, 'SIGSTOP');
    return new Response('here again');
  },
};
