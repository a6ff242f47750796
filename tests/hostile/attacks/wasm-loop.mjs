// An endless loop in WebAssembly.
// expect: {
//   "limits": { "cpu": "200ms", "timeout": "2s" },
//   "outcome": "cpu_exceeded",
//   "within": 1000
// }
function attack() {
  // (module (func (export "f") (loop (br 0))))
  const code = Buffer.from('0061736d01000000010401600000030201000705010166' + '00000a0901070003400c000b0b', 'hex');
  new WebAssembly.Instance(new WebAssembly.Module(code)).exports.f();
}

export default { fetch: attack };
