const text = 'x'.repeat(100 * 1024);

export default {
  fetch: () => new Response(text),
};
