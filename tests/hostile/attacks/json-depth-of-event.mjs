// An event of a hundred thousand nested arrays.
// expect: {
//   "kind": "lambda",
//   "call": { "nestedEvent": 100000 },
//   "outcome": "invalid_request"
// }
export const handler = () => 'never';
