// Instances come and go: none is left behind, none shares its identity with another, and the figures add up.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Hearth, alive, descendants, eventually, fixture, processOf } from './harness.mjs';

const EXIT_GUARD_MS = 3_000;

// Answers with its first chunk at once and stays open until the client leaves.
const HOLDS = `
import { randomBytes, randomInt, randomUUID } from 'node:crypto';

const MAX_INT = 2 ** 48 - 1;

export default {
  fetch() {
    const identity = {
      pid: process.pid,
      random: Math.random(),
      int: randomInt(MAX_INT),
      bytes: randomBytes(16).toString('hex'),
      uuid: randomUUID(),
      webUuid: crypto.randomUUID(),
      webValues: crypto.getRandomValues(new Uint32Array(4)).join(),
    };
    return new Response(new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(JSON.stringify(identity)));
      },
      cancel() {},
    }));
  },
};
`;

const QUICK = 'export default { fetch: () => new Response(String(process.pid)) };\n';

// Opens requests to the holding function and waits for the first chunk of each.
async function hold(hearth, count) {
  const leave = new AbortController();
  const opened = Array.from({ length: count }, async () => {
    const response = await hearth.fetch('/holds/', { signal: leave.signal });
    const reader = response.body.getReader();
    const { value } = await reader.read();
    reader.closed.catch(() => {});
    return JSON.parse(Buffer.from(value));
  });
  return { identities: await Promise.all(opened), leave: () => leave.abort() };
}

describe('hearth that is stopped', () => {
  const HELD = 20;
  const CLIENTS = 8;

  async function underLoad() {
    const hearth = await Hearth.start(fixture({
      'holds/index.mjs': HOLDS,
      'holds/hearth.toml': '[scaling]\nconcurrency = 1\n',
      'quick/index.mjs': QUICK,
    }));
    const { identities } = await hold(hearth, HELD);
    const ask = async () => (await hearth.fetch('/quick/')).text();
    await ask();
    const askUntilRefused = async () => {
      for (;;) await ask();
    };
    const refused = Array.from({ length: CLIENTS }, () => askUntilRefused().catch((error) => error));
    const processes = descendants(hearth.pid);
    for (const { pid } of identities) assert.ok(processOf(hearth, 'holds', pid), `instance ${pid} is no child of hearth`);
    return { hearth, processes, refused };
  }

  for (const signal of ['SIGINT', 'SIGTERM']) {
    test(`by ${signal} under load ends soon, with 0, and leaves no process`, async () => {
      const { hearth, processes, refused } = await underLoad();
      const began = performance.now();
      await hearth.stop(signal);
      assert.ok(performance.now() - began < EXIT_GUARD_MS);
      assert.deepEqual(processes.filter(alive), []);
      await Promise.all(refused);
    });
  }

  test('by SIGKILL leaves no process', async () => {
    const { hearth, processes, refused } = await underLoad();
    hearth.kill('SIGKILL');
    assert.deepEqual(await hearth.exit(), { code: null, signal: 'SIGKILL' });
    await eventually('no instance outlives hearth', () => !processes.some(alive));
    await Promise.all(refused);
  });

  test('while an instance spins leaves no process', async () => {
    const hearth = await Hearth.start(fixture({
      'spins/index.mjs': `
        export default {
          fetch() {
            process.stdout.write('spinning\\n');
            for (;;);
          },
        };`,
    }));
    const refused = hearth.fetch('/spins/').catch((error) => error);
    await hearth.waitForLog('spinning');
    const processes = descendants(hearth.pid);
    await hearth.stop();
    assert.deepEqual(processes.filter(alive), []);
    await refused;
  });
});

test('200 instances at once are 200 processes, each with its own randomness', async () => {
  const COUNT = 200;
  const hearth = await Hearth.start(fixture({
    'holds/index.mjs': HOLDS,
    'holds/hearth.toml': `[scaling]\nconcurrency = 1\nmax_instances = ${COUNT}\n`,
  }));
  const { identities, leave } = await hold(hearth, COUNT);
  for (const source of Object.keys(identities[0])) {
    assert.equal(new Set(identities.map((identity) => identity[source])).size, COUNT, `${source} repeats`);
  }
  leave();
  await hearth.stop();
});

test('an instance that is idle for scaling.idle_timeout is stopped, and the next request starts another', async () => {
  const hearth = await Hearth.start(fixture({
    'quick/index.mjs': QUICK,
    'quick/hearth.toml': '[scaling]\nidle_timeout = "100ms"\n',
  }));
  const id = Number(await (await hearth.fetch('/quick/')).text());
  const pid = processOf(hearth, 'quick', id);
  assert.ok(pid);
  await eventually(`instance ${pid} is stopped`, () => !alive(pid));
  await eventually('no instance is counted', async () => (await hearth.metric('hearth_instances')) === 0);
  const next = await hearth.fetch('/quick/');
  assert.equal(next.headers.get('x-hearth-start'), 'template');
  assert.notEqual(Number(await next.text()), id);
  await hearth.stop();
});

test('scaling.max_instances is the most there are: what comes in the meantime waits', async () => {
  const hearth = await Hearth.start(fixture({
    'one/index.mjs': 'export const handler = async () => process.pid;\n',
    'one/hearth.toml': '[scaling]\nmax_instances = 1\n',
  }));
  const results = Array.from({ length: 10 }, async () => (await hearth.invoke('one')).json());
  assert.equal(new Set(await Promise.all(results)).size, 1);
  await hearth.stop();
});

describe('metrics', () => {
  const MIXED = `
    export const handler = async (event) => {
      if (event.exit) process.exit(1);
      if (event.fail) throw new Error(event.fail);
    };`;

  let hearth;
  before(async () => (hearth = await Hearth.start(fixture({ 'mixed/index.mjs': MIXED }))));
  after(() => hearth?.stop());

  const invoke = async (event) => (await hearth.invoke('mixed', event)).text();
  // Counted when an invocation ends, which its caller may learn first.
  const becomes = (name, labels, expected) =>
    eventually(`${name}${JSON.stringify(labels)} is ${expected}`, async () =>
      (await hearth.metric(name, { function: 'mixed', ...labels })) === expected);

  test('count invocations by function and outcome', async () => {
    for (const event of [{}, { fail: 'once' }, {}]) await invoke(event);
    await becomes('hearth_invocations_total', { outcome: 'ok' }, 2);
    await becomes('hearth_invocations_total', { outcome: 'function_error' }, 1);
    await becomes('hearth_invocations_total', {}, 3);
    await becomes('hearth_invocation_duration_seconds_count', {}, 3);
  });

  test('count a cold start and its initialisation', async () => {
    await invoke({ exit: true });
    await becomes('hearth_invocations_total', { outcome: 'instance_exited' }, 1);
    const starts = await hearth.metric('hearth_cold_starts_total', { function: 'mixed' });
    const inits = await hearth.metric('hearth_init_duration_seconds_count', { function: 'mixed' });
    for (const event of [{}, {}]) await invoke(event);
    await becomes('hearth_cold_starts_total', {}, starts + 1);
    await becomes('hearth_init_duration_seconds_count', {}, inits + 1);
  });

  test('tell the instances by state', async () => {
    await invoke({});
    await becomes('hearth_instances', { state: 'ready' }, 1);
    await becomes('hearth_instances', {}, 1);
  });

  test('are in Prometheus\' text format, with help and type', async () => {
    const response = await hearth.admin('/metrics');
    assert.match(response.headers.get('content-type'), /^text\/plain/);
    const text = await response.text();
    assert.match(text, /^# HELP hearth_invocations_total \S/m);
    assert.match(text, /^# TYPE hearth_invocations_total counter$/m);
    assert.match(text, /^# TYPE hearth_invocation_duration_seconds histogram$/m);
  });

  for (const target of ['/healthz', '/readyz']) {
    test(`${target} is 200`, async () => assert.equal((await hearth.admin(target)).status, 200));
  }
});

describe('logs', () => {
  let hearth;
  before(async () => {
    hearth = await Hearth.start(fixture({
      'talks/index.mjs': `
        const bothHere = Promise.withResolvers();
        let here = 0;

        export default {
          async fetch(request) {
            const name = new URL(request.url).pathname.slice(1);
            if (name !== 'alone') {
              if (++here === 2) bothHere.resolve();
              await bothHere.promise;
            }
            console.log('log ' + name);
            process.stdout.write('write ' + name + '\\n');
            console.error('error ' + name);
            await new Promise(setImmediate);
            process.stdout.write('two lines ' + name + '\\nat once ' + name + '\\n');
            return new Response(String(process.pid));
          },
        };`,
    }));
  });
  after(() => hearth?.stop());

  async function expectLines(name, requestId) {
    for (const message of ['log', 'write', 'error', 'two lines', 'at once']) {
      const line = await hearth.waitForLog(`${message} ${name}`);
      assert.equal(line.request_id, requestId, message);
      assert.equal(line.function, 'talks');
      assert.match(line.instance, /^talks-\d+$/);
      assert.equal(line.stream, message === 'error' ? 'stderr' : 'stdout');
      assert.ok(Number.isFinite(Date.parse(line.time)), line.time);
    }
  }

  test('lines carry the id of their request', async () => {
    const response = await hearth.fetch('/talks/alone');
    await response.text();
    await expectLines('alone', response.headers.get('x-hearth-request-id'));
  });

  test('lines of two requests that overlap in one instance are told apart', async () => {
    const responses = await Promise.all(['/talks/first', '/talks/second'].map((target) => hearth.fetch(target)));
    const [first, second] = await Promise.all(responses.map((response) => response.text()));
    assert.equal(first, second);
    await expectLines('first', responses[0].headers.get('x-hearth-request-id'));
    await expectLines('second', responses[1].headers.get('x-hearth-request-id'));
  });
});
