// A regular expression that backtracks without end: nested quantifiers.
// expect: {
//   "limits": { "cpu": "200ms", "timeout": "2s" },
//   "outcome": "cpu_exceeded",
//   "stack": "attack",
//   "within": 1000
// }
function attack() {
  return new Response(/^(a+)+$/.test('a'.repeat(64) + 'b'));
}

export default { fetch: attack };
