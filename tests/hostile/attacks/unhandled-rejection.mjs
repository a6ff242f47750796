// A rejection that nobody handles.
// expect: {
//   "outcome": "instance_exited",
//   "message": "uncaught.*nobody cares",
//   "within": 1000
// }
export default {
  fetch(request) {
    Promise.reject(new Error('nobody cares'));
    return new Promise(() => {});
  },
};
