// Processes in sessions of their own, left behind by an instance that ends at once.
// expect: {
//   "native": true,
//   "outcome": "instance_exited",
//   "within": 1000
// }
const native = require('./hostile.node');

exports.fetch = () => {
  for (let n = 0; n < 8; n++) native.daemon(0);
  process.exit();
};
