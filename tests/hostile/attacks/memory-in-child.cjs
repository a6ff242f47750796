// A child that takes memory, while the instance takes none.
// expect: {
//   "native": true,
//   "limits": { "memory": "128MB", "timeout": "5s" },
//   "outcome": "memory_exceeded",
//   "within": 3000
// }
const native = require('./hostile.node');

exports.fetch = () => {
  native.fillMemoryInChild(512);
  return new Promise(() => {});
};
