// A response whose body begins and never ends.
// expect: {
//   "limits": { "timeout": "500ms" },
//   "outcome": "timeout",
//   "brokenOff": true,
//   "within": 1000
// }
export default {
  fetch(request) {
    return new Response(new ReadableStream({
      start(controller) {
        controller.enqueue(Buffer.from('and so'));
      },
    }));
  },
};
