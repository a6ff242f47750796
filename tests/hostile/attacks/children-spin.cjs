// Children that loop, while the instance waits for them.
// expect: {
//   "native": true,
//   "limits": { "cpu": "200ms", "timeout": "2s" },
//   "outcome": "cpu_exceeded",
//   "within": 2500
// }
const native = require('./hostile.node');

exports.fetch = () => {
  native.spinInChildren(4);
  return new Promise(() => {});
};
