// The memory of the parent, by process_vm_readv.
// expect: {
//   "native": true,
//   "outcome": "ok",
//   "answer": "EPERM|ESRCH|ENOSYS",
//   "within": 1000
// }
const { getSystemErrorName } = require('node:util');
const native = require('./hostile.node');

exports.fetch = () => {
  const result = native.readProcess(process.ppid);
  return new Response(result < 0 ? getSystemErrorName(result) : 'done');
};
