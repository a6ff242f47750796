// A regular expression that backtracks without end: overlapping quantifiers.
// expect: {
//   "limits": { "cpu": "200ms", "timeout": "2s" },
//   "outcome": "cpu_exceeded",
//   "stack": "attack",
//   "within": 1000
// }
function attack() {
  return new Response(/(x+x+)+y/.test('x'.repeat(64)));
}

export default { fetch: attack };
