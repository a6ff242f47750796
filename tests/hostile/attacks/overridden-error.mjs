// Error.prepareStackTrace that loops, then an error.
// expect: {
//   "limits": { "cpu": "200ms", "timeout": "2s" },
//   "outcome": "cpu_exceeded",
//   "within": 1000
// }
export default {
  fetch(request) {
    Error.prepareStackTrace = () => {
      for (;;);
    };
    throw new Error('look at me');
  },
};
