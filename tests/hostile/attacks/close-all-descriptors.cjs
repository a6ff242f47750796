// Every descriptor closed at once, and on it goes; the next request must be served.
// expect: {
//   "native": true,
//   "limits": { "timeout": "2s" },
//   "scaling": { "idle_timeout": "500ms" },
//   "outcome": "invalid_response",
//   "then": [{ "path": "/honest", "answer": "honest", "times": 3 }],
//   "within": 1500
// }
const native = require('./hostile.node');

exports.fetch = (request) => {
  if (request.url.endsWith('/honest')) return new Response('honest');
  native.closeAll();
  // Back in its event loop, Node would end itself.
  for (;;);
};
