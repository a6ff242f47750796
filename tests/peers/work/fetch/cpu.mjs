import { fib } from '../fib.mjs';

export default {
  fetch: () => new Response(`${fib(28)}\n`),
};
