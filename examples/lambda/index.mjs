import { nanoid } from 'nanoid';

export const handler = async (event, context) => {
  if (event.fail) throw new Error(event.fail);

  const items = event.items ?? [];
  const order = {
    id: nanoid(),
    total: items.reduce((sum, { price, quantity = 1 }) => sum + price * quantity, 0),
  };
  console.log(`order ${order.id} from request ${context.awsRequestId}: ${items.length} items`);
  return order;
};
