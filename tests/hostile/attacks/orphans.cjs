// Two hundred orphans that end at once: whoever adopts them must collect them.
// expect: {
//   "native": true,
//   "outcome": "ok",
//   "answer": "200|-11",
//   "within": 3000
// }
const native = require('./hostile.node');

exports.fetch = () => new Response(native.orphans(200));
