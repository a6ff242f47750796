// Map, Set and array iteration broken, then an event's result.
// expect: {
//   "kind": "lambda",
//   "outcome": "ok",
//   "answer": "ok",
//   "within": 1000
// }
export function handler() {
  Map.prototype.get = Map.prototype.set = Map.prototype.delete = Map.prototype.keys = () => false;
  Array.prototype[Symbol.iterator] = () => ({ next: () => ({ done: true }) });
  return 'ok';
}
