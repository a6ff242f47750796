// toJSON that gives an object with a toJSON of its own, without end, out of JSON.stringify.
// expect: {
//   "limits": { "cpu": "200ms", "timeout": "2s" },
//   "outcome": "cpu_exceeded",
//   "within": 1000
// }
function attack() {
  class Endless {
    toJSON() {
      for (;;) JSON.stringify({ a: 1 });
    }
  }
  return Response.json(new Endless());
}

export default { fetch: attack };
