// A result of a hundred thousand nested arrays, of an event's handler.
// expect: {
//   "kind": "lambda",
//   "outcome": "ok",
//   "answer": "\\[{100001}\\]{100001}"
// }
export function handler() {
  let value = [];
  for (let n = 0; n < 100_000; n++) value = [value];
  return value;
}
