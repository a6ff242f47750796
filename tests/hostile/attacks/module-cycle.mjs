// A module that imports itself and uses what it has not exported yet.
// expect: {
//   "outcome": "init_failed",
//   "message": "Cannot access 'self' before initialization|before initialization"
// }
import attack from './index.mjs';

export default attack.self;
