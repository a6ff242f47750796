// What is thrown throws whenever it is looked at.
// expect: {
//   "outcome": "function_error",
//   "within": 1000
// }
export default {
  fetch(request) {
    throw new Proxy({}, {
      get() {
        throw new Error('do not look');
      },
      getPrototypeOf() {
        throw new Error('do not look');
      },
    });
  },
};
