// A result far larger than limits.response, of an event's handler.
// expect: {
//   "kind": "lambda",
//   "limits": { "timeout": "5s", "response": "1MB" },
//   "outcome": "response_too_large",
//   "within": 1500
// }
export const handler = () => 'x'.repeat(32 << 20);
