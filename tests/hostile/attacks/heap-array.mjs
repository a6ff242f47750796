// One array of a hundred million elements, in one allocation.
// expect: {
//   "limits": { "memory": "128MB", "timeout": "5s" },
//   "outcome": "memory_exceeded",
//   "within": 3000
// }
function attack() {
  return new Response(Array(1e8).fill(0).length);
}

export default { fetch: attack };
