// Objects without end, while the code is loaded.
// expect: {
//   "limits": { "memory": "128MB", "timeout": "5s" },
//   "outcome": "memory_exceeded",
//   "within": 5000
// }
const kept = [];
for (;;) kept.push({ index: kept.length, text: 'x'.repeat(16) + kept.length });

export default { fetch: () => new Response('never') };
