// An addon that writes through a null pointer.
// expect: {
//   "native": true,
//   "outcome": "instance_killed",
//   "message": "SIGSEGV",
//   "within": 1000
// }
const native = require('./hostile.node');

exports.fetch = () => new Response(native.segv());
