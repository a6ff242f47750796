// An addon that frees what was never allocated.
// expect: {
//   "native": true,
//   "outcome": "instance_killed",
//   "message": "SIGABRT|SIGSEGV",
//   "within": 1000
// }
const native = require('./hostile.node');

exports.fetch = () => new Response(native.corruptHeap());
