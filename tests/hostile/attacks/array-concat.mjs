// concat of a spreadable array-like with 2 ** 33 holes, deaf to V8's interrupts.
// expect: {
//   "limits": { "cpu": "200ms", "timeout": "2s" },
//   "outcome": "cpu_exceeded",
//   "within": 1000
// }
function attack() {
  [].concat({ length: 2 ** 33, [Symbol.isConcatSpreadable]: true });
  return new Response();
}

export default { fetch: attack };
