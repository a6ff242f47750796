// hearth's own binding and Node's internals, by every name they have in hearth's own code.
// expect: {
//   "outcome": "ok",
//   "answer": "\\[\\]",
//   "within": 1000
// }
export default {
  fetch(request) {
    return Response.json(['binding', 'internal', 'internalBinding', 'primordials'].filter((name) => name in globalThis));
  },
};
