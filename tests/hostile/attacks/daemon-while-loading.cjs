// A process in a session of its own, left behind by code that then fails to load.
// expect: {
//   "native": true,
//   "outcome": "init_failed",
//   "message": "on purpose",
//   "within": 1000
// }
require('./hostile.node').daemon(0);

throw new Error('on purpose');
