// An answer, and then buffers without end: the instance must not survive it.
// expect: {
//   "limits": { "memory": "128MB", "timeout": "5s" },
//   "scaling": { "idle_timeout": "10m" },
//   "outcome": "ok",
//   "answer": "fine",
//   "ends": true
// }
const kept = [];

export default {
  fetch() {
    const timer = setInterval(() => {
      kept.push(Buffer.alloc(8 << 20, 1));
      if (kept.length === 256) clearInterval(timer);
    }, 5);
    return new Response('fine');
  },
};
