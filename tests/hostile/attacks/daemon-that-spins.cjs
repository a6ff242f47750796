// A process in a session of its own, left behind, that takes all the CPU time it can get.
// expect: {
//   "native": true,
//   "outcome": "ok",
//   "answer": "0",
//   "within": 1000
// }
const native = require('./hostile.node');

exports.fetch = () => new Response(native.daemon(1));
