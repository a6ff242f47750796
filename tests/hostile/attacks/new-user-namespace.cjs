// A user namespace of its own, to be root in.
// expect: {
//   "native": true,
//   "outcome": "ok",
//   "answer": "EPERM|ENOSYS|ENOSPC",
//   "within": 1000
// }
const { getSystemErrorName } = require('node:util');
const native = require('./hostile.node');

exports.fetch = () => {
  const result = native.unshare(0x10000000);
  return new Response(result < 0 ? getSystemErrorName(result) : 'done');
};
