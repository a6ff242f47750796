// An error whose message has a hundred million characters.
// expect: {
//   "limits": { "timeout": "5s", "memory": "2GB" },
//   "outcome": "function_error",
//   "message": "^x{1000}",
//   "within": 3000
// }
export default {
  fetch(request) {
    throw new Error('x'.repeat(1e8));
  },
};
