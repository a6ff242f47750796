// A response without end.
// expect: {
//   "limits": { "timeout": "5s", "response": "1MB" },
//   "outcome": "response_too_large",
//   "brokenOff": true,
//   "within": 1500
// }
export default {
  fetch(request) {
    return new Response(new ReadableStream({
      pull(controller) {
        controller.enqueue(Buffer.alloc(65536, 'x'));
      },
    }));
  },
};
