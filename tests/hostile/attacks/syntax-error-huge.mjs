// A syntax error at the end of a line of ten megabytes.
// expect: {
//   "limits": { "timeout": "5s", "memory": "1GB" },
//   "outcome": "function_error",
//   "message": "Unexpected token",
//   "within": 3000
// }
export default { fetch: () => eval('1 + '.repeat(2.5e6) + ')') };
