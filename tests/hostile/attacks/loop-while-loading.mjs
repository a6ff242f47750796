// An endless loop while the code is loaded.
// expect: {
//   "limits": { "init": "300ms" },
//   "outcome": "init_timeout",
//   "message": "limits\\.init = 300ms",
//   "within": 1000
// }
for (;;);
