// Recursion without end in WebAssembly.
// expect: {
//   "outcome": "function_error",
//   "message": "Maximum call stack size exceeded"
// }
export default {
  fetch(request) {
    // (module (func (export "f") (call 0)))
    const code = Buffer.from('0061736d010000000104016000000302010007050101660000' + '0a0601040010000b', 'hex');
    new WebAssembly.Instance(new WebAssembly.Module(code)).exports.f();
  },
};
