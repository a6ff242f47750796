// The process becomes another program, which waits.
// expect: {
//   "limits": { "timeout": "2s" },
//   "outcome": "invalid_response",
//   "message": "closed its channel",
//   "within": 1500
// }
export default {
  fetch(request) {
    process.execve(process.execPath, [process.execPath, '-e', 'setTimeout(() => {}, 10_000)'], {});
  },
};
