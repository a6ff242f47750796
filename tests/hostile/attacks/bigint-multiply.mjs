// Multiplication of numbers of a hundred million bits.
// expect: {
//   "limits": { "cpu": "200ms", "timeout": "2s", "memory": "2GB" },
//   "outcome": "cpu_exceeded",
//   "within": 1000
// }
function attack() {
  const huge = 1n << (1n << 27n);
  return new Response(String(huge * (huge - 1n)).length);
}

export default { fetch: attack };
