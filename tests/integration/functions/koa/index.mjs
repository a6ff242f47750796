import Koa from 'koa';

const app = new Koa();

app.use(async (ctx, next) => {
  await next();
  ctx.set('X-Framework', 'koa');
});

app.use((ctx) => {
  ctx.body = { method: ctx.method, path: ctx.path, query: ctx.query };
});

app.listen(process.env.PORT || 3000);
