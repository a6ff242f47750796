// A source of a million nested parentheses.
// expect: {
//   "outcome": "function_error",
//   "message": "Maximum call stack size exceeded"
// }
export default {
  fetch(request) {
    return new Response(eval('('.repeat(1e6) + ')'.repeat(1e6)));
  },
};
