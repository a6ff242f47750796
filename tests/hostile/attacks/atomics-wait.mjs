// Atomics.wait on the main thread: no CPU time, and no way to interrupt it from JavaScript.
// expect: {
//   "limits": { "timeout": "500ms" },
//   "outcome": "timeout",
//   "within": 1000
// }
export default {
  fetch(request) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  },
};
