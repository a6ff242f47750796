// A string that doubles, and is flattened each time.
// expect: {
//   "limits": { "memory": "128MB", "timeout": "5s" },
//   "outcome": "memory_exceeded",
//   "within": 3000
// }
function attack() {
  let text = 'x'.repeat(1 << 20);
  const kept = [];
  for (let n = 0; n < 1000; n++) {
    text += n;
    kept.push(Buffer.from(text).toString('latin1'));
  }
  return new Response('survived');
}

export default { fetch: attack };
