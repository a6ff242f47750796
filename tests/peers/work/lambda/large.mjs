const text = 'x'.repeat(100 * 1024);

export const handler = async () => ({ text });
