// A string of 64 million characters, split into them.
// expect: {
//   "limits": { "memory": "128MB", "timeout": "5s" },
//   "outcome": "memory_exceeded",
//   "within": 3000
// }
function attack() {
  return new Response('ab'.repeat(1 << 25).split('').length);
}

export default { fetch: attack };
