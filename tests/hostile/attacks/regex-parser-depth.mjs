// A regular expression of a million nested groups.
// expect: {
//   "outcome": "function_error",
//   "message": "Invalid regular expression"
// }
export default {
  fetch(request) {
    return new Response(new RegExp('('.repeat(1e6) + ')'.repeat(1e6)).test(''));
  },
};
