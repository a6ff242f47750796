const fastify = require('fastify')();

fastify.addHook('onSend', async (request, reply) => {
  reply.header('X-Framework', 'fastify');
});

fastify.get('/*', async ({ method, params, query }) => ({ method, path: `/${params['*']}`, query }));

fastify.listen({ port: Number(process.env.PORT || 3000) }, (error) => {
  if (error) throw error;
});
