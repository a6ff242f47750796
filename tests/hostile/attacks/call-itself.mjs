// A function that calls itself over hearth's own port, and waits: eight deep, with four instances.
// expect: {
//   "limits": { "timeout": "1s" },
//   "scaling": { "concurrency": 1, "max_instances": 4 },
//   "call": { "path": "/8" },
//   "outcome": "timeout",
//   "within": 2000
// }
export default {
  fetch(request) {
    const left = Number(new URL(request.url).pathname.slice(1));
    if (left === 0) return new Response('done');
    return fetch(`http://127.0.0.1:${process.env.PORT}/call-itself/${left - 1}`);
  },
};
