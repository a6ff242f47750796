// JSON.parse of a text that becomes many times as large.
// expect: {
//   "limits": { "memory": "128MB", "timeout": "5s" },
//   "outcome": "memory_exceeded",
//   "within": 3000
// }
function attack() {
  return new Response(JSON.parse('[' + '{},'.repeat(1 << 23) + '0]').length);
}

export default { fetch: attack };
