// Rates, numbers of invocations at a time, and tenants; and that each limit's error says in a way that programs can read
// which limit it was, how it was configured and what was used of it.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Hearth, eventually, failure, fixture } from './harness.mjs';

const EXIT_USAGE = 2;
const HELLO = 'export default { fetch: () => new Response("hello") };\n';
const HOLD = `export default {
  fetch: (request) => request.url.endsWith('/hold') ? new Promise(() => setTimeout(() => {}, 60_000)) : new Response('done'),
};
`;

// A rate of one a second is passed sooner or later, however slow the machine is.
async function untilRefused(request) {
  for (let served = 0; ; served++) {
    const response = await request();
    if (response.status !== 200) return { served, refused: response };
  }
}

describe('of one function', () => {
  let hearth;
  before(async () => {
    hearth = await Hearth.start(fixture({
      'fast/index.mjs': HELLO,
      'fast/hearth.toml': '[scaling]\nrate = 1\nburst = 3\n',
      'held/index.mjs': HOLD,
      'held/hearth.toml': '[scaling]\nmax_concurrency = 2\n',
      'event/index.mjs': 'export const handler = async () => "ok";\n',
      'event/hearth.toml': '[scaling]\nrate = 1\n',
      'big/index.mjs': 'export default { fetch: () => new Response("x".repeat(3000)) };\n',
      'big/hearth.toml': '[limits]\nresponse = "2KB"\nrequest = "1KB"\n',
      'slow/index.mjs': 'export default { fetch: () => new Promise(() => setTimeout(() => {}, 60_000)) };\n',
      'slow/hearth.toml': '[limits]\ntimeout = "50ms"\n',
      'hungry/index.mjs': 'export default { fetch() { const kept = []; for (;;) kept.push(new Array(1e4).fill(kept)); } };\n',
      'hungry/hearth.toml': '[limits]\nmemory = "128MB"\n',
      'spin/index.mjs': 'export default { fetch() { for (;;); } };\n',
      'spin/hearth.toml': '[limits]\ncpu = "50ms"\n',
      'stuck/index.mjs': 'await new Promise(() => setInterval(() => {}, 1000));\n',
      'stuck/hearth.toml': '[limits]\ninit = "100ms"\n',
    }));
  });
  after(() => hearth.stop());

  test('scaling.rate: what comes faster is 429 rate_exceeded, and may be tried again', async () => {
    const { served, refused } = await untilRefused(() => hearth.fetch('/fast/'));
    assert.ok(served >= 3, `${served}`);
    assert.equal(refused.headers.get('retry-after'), '1');
    const error = await failure(refused, 429, 'rate_exceeded');
    assert.deepEqual(error.limit, { name: 'scaling.rate', value: '1' });
    assert.match(error.message, /"fast".*scaling\.rate = 1.*scaling\.burst = 3/);
    assert.equal(await hearth.metric('hearth_limit_breaches_total', { function: 'fast', limit: 'scaling.rate' }), 1);
  });

  test('scaling.max_concurrency: one more at a time is 429 concurrency_exceeded', async () => {
    const caller = new AbortController();
    const held = [1, 2].map(() => hearth.fetch('/held/hold', { signal: caller.signal }).catch(() => {}));
    let refused;
    // The two may arrive after the third.
    await eventually('two invocations are held', async () => {
      refused = await hearth.fetch('/held/');
      return refused.status === 429;
    });
    const error = await failure(refused, 429, 'concurrency_exceeded');
    assert.deepEqual(error.limit, { name: 'scaling.max_concurrency', value: '2', used: '3' });
    caller.abort();
    await Promise.all(held);
    await eventually('their places are free again', async () => (await hearth.fetch('/held/')).status === 200);
  });

  test('an event over scaling.rate is AWS\'s TooManyRequestsException', async () => {
    const invoke = () => hearth.fetch('/2015-03-31/functions/event/invocations', { method: 'POST', body: '{}' });
    const { refused } = await untilRefused(invoke);
    assert.deepEqual([refused.status, refused.headers.get('x-amzn-errortype')], [429, 'TooManyRequestsException']);
  });

  for (const [name, call, status, outcome, limit] of [
    ['limits.request', ['/big/', { method: 'POST', body: 'x'.repeat(2000) }], 413, 'request_too_large', { value: '1KB', used: '2000B' }],
    ['limits.response', ['/big/'], 502, 'response_too_large', { value: '2KB' }],
    ['limits.timeout', ['/slow/'], 504, 'timeout', { value: '50ms' }],
    ['limits.memory', ['/hungry/'], 502, 'memory_exceeded', { value: '128MB', used: /^\d+MB$/ }],
    ['limits.cpu', ['/spin/'], 502, 'cpu_exceeded', { value: '50ms', used: /^\d+ms$/ }],
    ['limits.init', ['/stuck/'], 502, 'init_timeout', { value: '100ms' }],
  ]) {
    test(`${name}: the error names it, its value and what was used`, async () => {
      const error = await failure(await hearth.fetch(...call), status, outcome);
      assert.equal(error.limit.name, name);
      assert.equal(error.limit.value, limit.value);
      assert.match(error.limit.used ?? '', limit.used instanceof RegExp ? limit.used : new RegExp(`^${limit.used ?? ''}$`));
      assert.ok(error.message.includes(name), error.message);
    });
  }
});

describe('of a tenant', () => {
  const functions = {
    'a/index.mjs': HELLO,
    'a/hearth.toml': 'tenant = "acme"\n',
    'b/index.mjs': 'export default { fetch: () => Response.json({ pid: process.pid }) };\n',
    'b/hearth.toml': 'tenant = "acme"\n',
    'c/index.mjs': HELLO,
  };
  const start = (host) => {
    const folder = fixture({ ...functions });
    return Hearth.start(folder, '--config', path.join(fixture({ 'host.toml': host }), 'host.toml'));
  };

  test('rate: of all its functions together, and of nobody else\'s', async () => {
    const hearth = await start('[tenants.acme.scaling]\nrate = 1\nburst = 2\n');
    let turn = 0;
    const { served, refused } = await untilRefused(() => hearth.fetch(turn++ % 2 ? '/a/' : '/b/'));
    assert.ok(served >= 2, `${served}`);
    const error = await failure(refused, 429, 'rate_exceeded');
    assert.deepEqual(error.limit, { name: 'tenants.acme.scaling.rate', value: '1' });
    assert.equal((await hearth.fetch('/c/')).status, 200);
    await hearth.stop();
  });

  test('max_instances: its functions share them, and each is served', async () => {
    const hearth = await start('[tenants.acme.scaling]\nmax_instances = 1\n[defaults.scaling]\ntemplate = "off"\n');
    for (let turn = 0; turn < 3; turn++) {
      for (const name of ['a', 'b', 'c']) assert.equal((await hearth.fetch(`/${name}/`)).status, 200);
      assert.equal(await hearth.metric('hearth_tenant_instances', { tenant: 'acme' }), 1);
    }
    await hearth.stop();
  });

  test('a function that asks for more than its tenant may have is an error that names both', async () => {
    const folder = fixture({ 'a/index.mjs': HELLO, 'a/hearth.toml': 'tenant = "acme"\n[limits]\ntimeout = "10m"\n' });
    const host = path.join(fixture({ 'host.toml': '[tenants.acme.limits]\ntimeout = "30s"\n' }), 'host.toml');
    const { code, message } = await Hearth.fail(folder, { args: ['--config', host] });
    assert.equal(code, EXIT_USAGE);
    assert.match(message, /a\/hearth\.toml:3: \[limits\] timeout: "10m".*tenant "acme".*30s.*host\.toml:2/);
  });

  test('a default above the maximum is lowered', async () => {
    const hearth = await start('[tenants.acme.limits]\ntimeout = "40ms"\n');
    assert.equal((await hearth.fetch('/a/')).status, 200);
    await hearth.stop();
  });

  test('a file that is not there, or has a mistake, is an error', async () => {
    const folder = fixture({ 'a/index.mjs': HELLO });
    const missing = await Hearth.fail(folder, { args: ['--config', path.join(folder, 'none.toml')] });
    assert.deepEqual([missing.code, missing.message.includes('none.toml')], [EXIT_USAGE, true]);
    const host = path.join(fixture({ 'host.toml': '[tenants.acme.scaling]\nrat = 1\n' }), 'host.toml');
    const mistaken = await Hearth.fail(folder, { args: ['--config', host] });
    assert.match(mistaken.message, /host\.toml:2: unknown key "rat".*did you mean "rate"/);
  });
});
