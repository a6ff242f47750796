// JSON.parse of 40 MB.
// expect: {
//   "limits": { "cpu": "200ms", "timeout": "2s", "memory": "2GB" },
//   "outcome": "cpu_exceeded",
//   "within": 1000
// }
function attack() {
  const text = '[' + '{"a":[1,2,3]},'.repeat(3e6) + '0]';
  return new Response(JSON.parse(text).length);
}

export default { fetch: attack };
