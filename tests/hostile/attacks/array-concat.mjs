// concat of a spreadable array-like with 2 ** 33 holes, over and over.
// expect: {
//   "limits": { "cpu": "200ms", "timeout": "2s" },
//   "outcome": "cpu_exceeded",
//   "within": 1000
// }
function attack() {
  for (;;) [].concat({ length: 2 ** 33, [Symbol.isConcatSpreadable]: true });
}

export default { fetch: attack };
