// A promise that never settles, of an event's handler: told at once, not when the time is up.
// expect: {
//   "kind": "lambda",
//   "limits": { "timeout": "5s" },
//   "outcome": "function_error",
//   "status": 502,
//   "message": "never settles",
//   "within": 1000
// }
export const handler = () => new Promise(() => {});
