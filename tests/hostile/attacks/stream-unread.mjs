// A stream that is filled and never read.
// expect: {
//   "limits": { "memory": "128MB", "timeout": "5s" },
//   "outcome": "memory_exceeded",
//   "within": 3000
// }
async function attack() {
  const kept = new ReadableStream({
    async start(controller) {
      for (let n = 0; n < 256; n++) {
        controller.enqueue(Buffer.alloc(8 << 20, 1));
        await new Promise(setImmediate);
      }
      controller.close();
    },
  });
  await new Promise((resolve) => setTimeout(resolve, 4000));
  return new Response(String(kept.locked));
}

export default { fetch: attack };
