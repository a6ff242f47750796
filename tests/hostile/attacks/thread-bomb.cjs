// Threads that wait, as many as can be had.
// expect: {
//   "native": true,
//   "limits": { "timeout": "5s", "processes": 64 },
//   "outcome": "ok",
//   "answer": "EAGAIN",
//   "within": 4000
// }
const { getSystemErrorName } = require('node:util');
const native = require('./hostile.node');

exports.fetch = () => {
  const count = native.threads(1100);
  return new Response(count < 0 ? getSystemErrorName(count) : `${count} threads`);
};
