// normalize of a string that becomes eighteen times as long.
// expect: {
//   "limits": { "memory": "128MB", "timeout": "5s" },
//   "outcome": "memory_exceeded",
//   "within": 3000
// }
function attack() {
  const kept = [];
  for (let n = 0; n < 40; n++) kept.push('\ufdfa'.repeat(1 << 20).normalize('NFKD'));
  return new Response('survived');
}

export default { fetch: attack };
