// Setters and getters on Object.prototype for whatever hearth may look up.
// expect: {
//   "outcome": "ok",
//   "answer": "ok",
//   "within": 1000
// }
export default {
  fetch(request) {
    for (const name of ['toJSON', 'message', 'stack', 'kind', 'entry', 'id', 'fd', 'port', 'path', 'done', 'value']) {
      Object.prototype[name] = 'polluted';
    }
    return new Response('ok');
  },
};
