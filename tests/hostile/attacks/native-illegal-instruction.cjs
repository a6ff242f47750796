// An addon that runs what is no instruction.
// expect: {
//   "native": true,
//   "outcome": "instance_killed",
//   "message": "SIGILL",
//   "within": 1000
// }
const native = require('./hostile.node');

exports.fetch = () => new Response(native.illegalInstruction());
