// JSON.stringify of objects that share their members: 2 ** 26 elements out of 26 arrays.
// expect: {
//   "limits": { "memory": "128MB", "timeout": "5s" },
//   "outcome": "memory_exceeded",
//   "within": 3000
// }
function attack() {
  let value = ['x'];
  for (let n = 0; n < 26; n++) value = [value, value];
  return new Response(JSON.stringify(value).length);
}

export default { fetch: attack };
