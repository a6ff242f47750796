// User 0.
// expect: {
//   "native": true,
//   "outcome": "ok",
//   "answer": "EPERM|EINVAL",
//   "within": 1000
// }
const { getSystemErrorName } = require('node:util');
const native = require('./hostile.node');

exports.fetch = () => {
  const result = native.setUid(0);
  return new Response(result < 0 ? getSystemErrorName(result) : 'done');
};
