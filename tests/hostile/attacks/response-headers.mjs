// A response with a hundred thousand headers.
// expect: {
//   "outcome": "invalid_response",
//   "within": 2000
// }
export default {
  fetch(request) {
    const headers = new Headers();
    for (let n = 0; n < 100_000; n++) headers.append('x-' + n, 'y');
    return new Response('', { headers });
  },
};
