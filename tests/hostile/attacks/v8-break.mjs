// V8's own breakpoint, by --allow-natives-syntax.
// expect: {
//   "outcome": "instance_killed",
//   "message": "SIGTRAP",
//   "within": 1000
// }
import { setFlagsFromString } from 'node:v8';

export default {
  fetch(request) {
    setFlagsFromString('--allow-natives-syntax');
    new Function('%SystemBreak()')();
  },
};
