export const handler = async () => ({ message: 'Hello, World!' });
