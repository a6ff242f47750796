// undefined is thrown while the code is loaded.
// expect: {
//   "outcome": "init_failed",
//   "message": "undefined",
//   "within": 1000
// }
throw undefined;
