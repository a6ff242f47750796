// A signal to every process there is (signal 0, which harms none).
// expect: {
//   "outcome": "ok",
//   "answer": "EPERM|ESRCH",
//   "within": 1000
// }
export default {
  fetch(request) {
    try {
      process.kill(-1, 0);
      return new Response('sent');
    } catch (error) {
      return new Response(error.code);
    }
  },
};
