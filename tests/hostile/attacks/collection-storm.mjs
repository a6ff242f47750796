// A collector that never comes to an end: finalizers that register the next object.
// expect: {
//   "limits": { "cpu": "200ms", "timeout": "2s", "memory": "2GB" },
//   "outcome": "cpu_exceeded",
//   "within": 1000
// }
function attack() {
  const registry = new FinalizationRegistry(() => registry.register({}, 0));
  for (;;) {
    for (let n = 0; n < 1000; n++) registry.register({}, n);
    globalThis.gc?.();
  }
}

export default { fetch: attack };
