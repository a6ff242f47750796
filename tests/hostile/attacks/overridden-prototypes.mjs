// Setters and getters on Object.prototype for whatever hearth may look up.
// expect: {
//   "outcome": "ok",
//   "answer": "ok",
//   "within": 1000
// }
export default {
  fetch(request) {
    for (const name of ['then', 'toJSON', 'status', 'type', 'message', 'stack', 'kind', 'entry', 'headers', 'id', 'writable']) {
      Object.prototype[name] = 'polluted';
    }
    return new Response('ok');
  },
};
