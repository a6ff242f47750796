// A Response that is none: its members are getters that throw.
// expect: {
//   "outcome": "function_error",
//   "within": 1000
// }
export default {
  fetch(request) {
    return Object.create(Response.prototype, {
      body: {
        get() {
          throw new Error('no body');
        },
      },
    });
  },
};
