// Modules without end, all different.
// expect: {
//   "limits": { "cpu": "200ms", "timeout": "2s" },
//   "outcome": "cpu_exceeded",
//   "within": 1000
// }
export default {
  async fetch(request) {
    for (let n = 0; ; n++) await import(`data:text/javascript,export default ${n}`);
  },
};
