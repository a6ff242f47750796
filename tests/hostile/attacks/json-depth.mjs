// JSON.stringify, with a replacer, of a hundred thousand nested arrays.
// expect: {
//   "outcome": "function_error",
//   "message": "Maximum call stack size exceeded"
// }
export default {
  fetch(request) {
    let value = [];
    for (let n = 0; n < 100_000; n++) value = [value];
    return new Response(JSON.stringify(value, (_, member) => member));
  },
};
