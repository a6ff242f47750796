// hearth dies, and a process is left in a session of its own.
// expect: {
//   "native": true,
//   "hearth": "killed",
//   "limits": { "timeout": "10s" },
//   "outcome": "none"
// }
const native = require('./hostile.node');

exports.fetch = () => {
  native.daemon(0);
  console.log('armed');
  return new Promise(() => {});
};
