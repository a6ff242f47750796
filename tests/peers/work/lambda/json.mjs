export const handler = async (order) => ({ ...order, count: order.items.length });
