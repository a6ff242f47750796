// A loop in native code, with all signals blocked and ignored.
// expect: {
//   "native": true,
//   "limits": { "cpu": "200ms", "timeout": "2s" },
//   "outcome": "cpu_exceeded",
//   "within": 1000
// }
const native = require('./hostile.node');

exports.fetch = () => new Response(native.spinDeaf());
