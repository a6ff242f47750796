// A function that calls itself over hearth's own port, and waits, without end.
// expect: {
//   "limits": { "timeout": "1s" },
//   "scaling": { "concurrency": 1, "max_instances": 4 },
//   "call": { "path": "/" },
//   "outcome": "timeout",
//   "within": 3000
// }
export default {
  fetch(request) {
    return fetch(`http://127.0.0.1:${process.env.PORT}/call-itself/`);
  },
};
