export default {
  async fetch(request) {
    const order = await request.json();
    return Response.json({ ...order, count: order.items.length });
  },
};
