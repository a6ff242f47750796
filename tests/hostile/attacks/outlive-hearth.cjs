// hearth dies, and the process has cut every tie to it: another session, no parent-death signal, deaf to the channel.
// expect: {
//   "native": true,
//   "hearth": "killed",
//   "limits": { "timeout": "10s" },
//   "outcome": "none"
// }
const native = require('./hostile.node');

exports.fetch = () => {
  native.cutTies();
  process.stdout.write('armed\n', () => native.spinDeaf());
  return new Promise(() => {});
};
