// JSON.stringify of a hundred thousand nested arrays.
// expect: {
//   "outcome": "function_error",
//   "message": "Maximum call stack size exceeded"
// }
export default {
  fetch(request) {
    let value = [];
    for (let n = 0; n < 100_000; n++) value = [value];
    return Response.json(value);
  },
};
