// A mount namespace of its own, to mount in.
// expect: {
//   "native": true,
//   "outcome": "ok",
//   "answer": "EPERM|ENOSYS|ENOSPC",
//   "within": 1000
// }
const { getSystemErrorName } = require('node:util');
const native = require('./hostile.node');

exports.fetch = () => {
  const result = native.unshare(0x00020000);
  return new Response(result < 0 ? getSystemErrorName(result) : 'done');
};
