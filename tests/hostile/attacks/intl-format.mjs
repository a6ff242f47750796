// Making Intl.DateTimeFormat, over and over.
// expect: {
//   "limits": { "cpu": "200ms", "timeout": "2s" },
//   "outcome": "cpu_exceeded",
//   "stack": "attack",
//   "within": 1000
// }
function attack() {
  for (;;) new Intl.DateTimeFormat('ar-EG-u-ca-islamic', { dateStyle: 'full' });
}

export default { fetch: attack };
