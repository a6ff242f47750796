// An answer at once, with a large request body left unread.
// expect: {
//   "call": { "method": "POST", "bytes": 67108864 },
//   "outcome": "ok",
//   "answer": "no thanks"
// }
export default {
  fetch(request) {
    return new Response('no thanks');
  },
};
