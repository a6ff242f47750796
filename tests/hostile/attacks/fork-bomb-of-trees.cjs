// Processes that fork in turn, each of which forks in turn: up to 256. Those who are refused wait like the others.
// expect: {
//   "native": true,
//   "limits": { "timeout": "1s", "processes": 64 },
//   "outcome": "timeout",
//   "within": 2500
// }
const native = require('./hostile.node');

exports.fetch = () => {
  native.forkTree(8);
  return new Promise(() => {});
};
