// split of a large string into its characters, over and over.
// expect: {
//   "limits": { "cpu": "200ms", "timeout": "2s", "memory": "2GB" },
//   "outcome": "cpu_exceeded",
//   "within": 1000
// }
function attack() {
  for (;;) 'abcdefgh'.repeat(4e6).split('');
}

export default { fetch: attack };
