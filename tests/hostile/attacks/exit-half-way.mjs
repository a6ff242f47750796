// process.exit in the middle of a response.
// expect: {
//   "outcome": "instance_exited",
//   "brokenOff": true,
//   "within": 1000
// }
export default {
  fetch(request) {
    return new Response(new ReadableStream({
      start(controller) {
        controller.enqueue(Buffer.from('half of'));
        setTimeout(() => process.exit(0), 50);
      },
    }));
  },
};
