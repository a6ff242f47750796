import { setTimeout as sleep } from 'node:timers/promises';

export default {
  async fetch(request, env, ctx) {
    const url = new URL(request.url);
    switch (`${request.method} ${url.pathname}`) {
      case 'GET /':
        return new Response(`${env.GREETING}, ${url.searchParams.get('name') ?? 'World'}!\n`);
      case 'GET /json':
        return Response.json({ method: request.method, headers: Object.fromEntries(request.headers) });
      case 'POST /echo':
        return new Response(request.body, {
          headers: { 'Content-Type': request.headers.get('Content-Type') ?? 'application/octet-stream' },
        });
      case 'GET /stream':
        return new Response(ReadableStream.from(ticks(3)), { headers: { 'Content-Type': 'text/plain' } });
      case 'POST /jobs':
        ctx.waitUntil(work(await request.text()));
        return new Response('accepted\n', { status: 202 });
      default:
        return new Response('not found\n', { status: 404 });
    }
  },
};

async function* ticks(count) {
  const encoder = new TextEncoder();
  for (let i = 1; i <= count; i++) {
    yield encoder.encode(`tick ${i}\n`);
    if (i < count) await sleep(200);
  }
}

// Goes on after the response has been sent.
async function work(job) {
  await sleep(100);
  console.log(`done: ${job}`);
}
