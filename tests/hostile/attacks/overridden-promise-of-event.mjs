// The same, of an event's handler.
// expect: {
//   "kind": "lambda",
//   "outcome": "ok",
//   "answer": "ok",
//   "within": 1000
// }
export function handler() {
  Promise.prototype.then = Promise.prototype.catch = Promise.prototype.finally = () => {
    throw new Error('overridden');
  };
  JSON.stringify = () => '"forged"';
  return 'ok';
}
