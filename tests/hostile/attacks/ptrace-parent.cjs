// The parent, traced.
// expect: {
//   "native": true,
//   "outcome": "ok",
//   "answer": "EPERM|ESRCH|ENOSYS",
//   "within": 1000
// }
const { getSystemErrorName } = require('node:util');
const native = require('./hostile.node');

exports.fetch = () => {
  const result = native.trace(process.ppid);
  return new Response(result < 0 ? getSystemErrorName(result) : 'done');
};
