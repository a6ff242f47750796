// Served beside every attack: a little of what most functions do.
export default {
  fetch(request) {
    const { pathname } = new URL(request.url);
    return Response.json({ pathname, squares: Array.from({ length: 16 }, (_, n) => n * n) });
  },
};
