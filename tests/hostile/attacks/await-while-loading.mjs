// A top-level await that never settles.
// expect: {
//   "outcome": "init_failed",
//   "message": "never settles",
//   "within": 1000
// }
await new Promise(() => {});

export default { fetch: () => new Response('never') };
