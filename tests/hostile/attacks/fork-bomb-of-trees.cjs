// Processes that fork in turn, each of which forks in turn: up to 1024. Those who are refused wait like the others.
// expect: {
//   "native": true,
//   "limits": { "timeout": "1s" },
//   "outcome": "timeout",
//   "within": 2500
// }
const native = require('./hostile.node');

exports.fetch = () => {
  native.forkTree(10);
  return new Promise(() => {});
};
