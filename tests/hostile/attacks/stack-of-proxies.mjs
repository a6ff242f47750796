// A hundred thousand proxies, one around the other, and one look-up through all of them.
// expect: {
//   "outcome": "function_error",
//   "message": "Maximum call stack size exceeded"
// }
export default {
  fetch(request) {
    let proxy = {};
    for (let n = 0; n < 100_000; n++) proxy = new Proxy(proxy, {});
    return new Response(proxy.a);
  },
};
