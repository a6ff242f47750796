// System calls that a function never needs, with arguments that would do nothing: those that are not refused.
// expect: {
//   "native": true,
//   "outcome": "ok",
//   "answer": "\\[\\]",
//   "within": 1000
// }
const { constants } = require('node:os');
const native = require('./hostile.node');

const CALLS = ['reboot', 'bpf', 'perf_event_open', 'init_module', 'kexec_load', 'swapoff', 'keyctl', 'acct', 'pivot_root', 'userfaultfd'];
const { EPERM, ENOSYS } = constants.errno;

exports.fetch = () => Response.json(CALLS.filter((_, which) => ![-EPERM, -ENOSYS].includes(native.call(which))));
