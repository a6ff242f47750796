// A debugger's port, opened from within.
// expect: {
//   "outcome": "ok",
//   "answer": "ERR_INSPECTOR_NOT_AVAILABLE|ERR_INSPECTOR_NOT_ACTIVE|none",
//   "within": 1000
// }
export default {
  async fetch(request) {
    try {
      const { open, url } = await import('node:inspector');
      open(0);
      return new Response(url() ?? 'none');
    } catch (error) {
      return new Response(error.code ?? 'none');
    }
  },
};
