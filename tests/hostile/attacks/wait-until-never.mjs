// An answer, and waitUntil of a promise that never settles.
// expect: {
//   "outcome": "ok",
//   "answer": "fine",
//   "within": 1000
// }
export default {
  fetch(request, env, context) {
    context.waitUntil(new Promise(() => {}));
    return new Response('fine');
  },
};
