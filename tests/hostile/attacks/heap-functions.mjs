// Functions compiled from text, all different, without end.
// expect: {
//   "limits": { "memory": "128MB", "timeout": "10s" },
//   "outcome": "memory_exceeded",
//   "within": 8000
// }
function attack() {
  const kept = [];
  for (let n = 0; ; n++) kept.push(new Function('return { n' + n + ': ' + n + ' }'));
}

export default { fetch: attack };
