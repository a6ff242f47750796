import { fib } from '../fib.mjs';

export const handler = async () => ({ result: fib(28) });
