// JSON, Object and Array emptied of what they can do, then an answer.
// expect: {
//   "outcome": "ok",
//   "answer": "ok",
//   "within": 1000
// }
export default {
  fetch(request) {
    const fail = () => {
      throw new Error('overridden');
    };
    JSON.parse = JSON.stringify = Object.keys = Object.entries = Object.assign = Array.isArray = fail;
    return new Response('ok');
  },
};
