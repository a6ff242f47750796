// An addon that runs out of stack, where V8 does not look.
// expect: {
//   "native": true,
//   "outcome": "instance_killed",
//   "message": "SIGSEGV",
//   "within": 1000
// }
const native = require('./hostile.node');

exports.fetch = () => new Response(native.overflowStack(0));
