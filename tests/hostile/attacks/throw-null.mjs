// null is thrown.
// expect: {
//   "outcome": "function_error",
//   "message": "null",
//   "within": 1000
// }
export default {
  fetch(request) {
    throw null;
  },
};
