// The same, in a module that is imported while the code is loaded.
// expect: {
//   "outcome": "init_failed",
//   "message": "Maximum call stack size exceeded"
// }
await import('data:text/javascript,' + '('.repeat(1e6) + '1' + ')'.repeat(1e6));

export default { fetch: () => new Response('never') };
