// A request body that is read into memory as a whole.
// expect: {
//   "limits": { "memory": "128MB", "timeout": "5s" },
//   "call": { "method": "POST", "bytes": 100663296 },
//   "outcome": "memory_exceeded",
//   "within": 3000
// }
export default {
  async fetch(request) {
    return new Response((await request.arrayBuffer()).byteLength);
  },
};
