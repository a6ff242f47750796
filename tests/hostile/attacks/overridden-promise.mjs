// Promise.prototype.then that throws.
// expect: {
//   "outcome": "ok",
//   "answer": "ok",
//   "within": 1000
// }
export default {
  fetch(request) {
    Promise.prototype.then = Promise.prototype.catch = Promise.prototype.finally = () => {
      throw new Error('overridden');
    };
    return new Response('ok');
  },
};
