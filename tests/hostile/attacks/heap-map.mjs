// A Map that grows without end.
// expect: {
//   "limits": { "memory": "128MB", "timeout": "5s" },
//   "outcome": "memory_exceeded",
//   "within": 3000
// }
function attack() {
  const map = new Map();
  for (let n = 0; ; n++) map.set(n, { n });
}

export default { fetch: attack };
