// Where instances come from and what ends them: templates, stems, the zygote; freezing, limits of CPU time and of waiting.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { Hearth, eventually, failure, fixture } from './harness.mjs';

const IDENTITY = `
import { randomInt, randomUUID } from 'node:crypto';
const loaded = { uuid: randomUUID(), random: Math.random(), pid: process.pid };
let restored = 0;
process.on('restore', async () => {
  await new Promise((resolve) => setTimeout(resolve, 1));
  restored++;
});
export default {
  async fetch(request) {
    if (request.url.endsWith('/wait')) await new Promise((resolve) => setTimeout(resolve, 200));
    if (request.url.endsWith('/exit')) process.exit(7);
    return Response.json({ loaded, restored, pid: process.pid, uuid: randomUUID(), integer: randomInt(2 ** 47),
      random: Math.random(), title: process.title });
  },
};
`;

const files = {
  'identity/index.mjs': IDENTITY,
  'identity/hearth.toml': '[scaling]\nconcurrency = 1\n',
  'fresh/index.mjs': IDENTITY,
  'fresh/hearth.toml': '[scaling]\ntemplate = "off"\nconcurrency = 1\n',
  'ticks/index.mjs': `
    let ticks = 0;
    setInterval(() => ticks++, 5);
    export default { fetch: () => Response.json(ticks) };
  `,
  'ticks/hearth.toml': '[scaling]\nfreeze = true\n',
  'spin/index.mjs': `
    function busyWork() { for (let i = 0; ; i++) if (i < 0) return i; }
    export default {
      fetch(request) {
        if (request.url.endsWith('/ok')) return new Response('ok');
        if (request.url.endsWith('/await')) return new Promise((r) => setTimeout(r, 300, new Response('idle')));
        busyWork();
      },
    };
  `,
  'spin/hearth.toml': '[limits]\ncpu = "100ms"\ntimeout = "5s"\n',
  'slow/index.mjs': 'export default { fetch: () => new Promise((r) => setTimeout(r, 400, new Response("done"))) };',
  'slow/hearth.toml': '[scaling]\nconcurrency = 1\nmax_instances = 1\nqueue_age = "50ms"\n',
  'worn/index.mjs': 'export default { fetch: () => new Response(String(process.title)) };',
  'worn/hearth.toml': '[scaling]\nmax_requests = 2\nconcurrency = 1\n',
  'kept/index.mjs': 'export default { fetch: () => new Response("kept") };',
  'kept/hearth.toml': '[scaling]\nmin_instances = 2\nidle_timeout = "0s"\nconcurrency = 1\n',
  'hot/index.mjs': `
    import { setImmediate as turn } from 'node:timers/promises';
    import v8 from 'node:v8';
    v8.setFlagsFromString('--allow-natives-syntax');
    const statusOf = new Function('f', 'return %GetOptimizationStatus(f)');
    // By Maglev or by TurboFan (OptimizationStatus of V8's runtime.h).
    const OPTIMISED = (1 << 4) | (1 << 5);
    const fibonacci = (n) => (n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2));
    export default {
      async fetch() {
        // Ends by itself, or by limits.timeout.
        while (!(statusOf(fibonacci) & OPTIMISED)) {
          fibonacci(20);
          await turn();
        }
        return new Response('optimised');
      },
    };
  `,
  'hot/hearth.toml': '[limits]\ntimeout = "20s"\n',
  'busy-loop/index.mjs': 'setInterval(() => {}, 1000); export default { fetch: () => new Response("served") };',
};

const childrenOf = (pid) => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
const titleOf = (pid) => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0].trim();
  } catch {
    return '';
  }
};

let hearth;
before(async () => (hearth = await Hearth.start(fixture(files))));
after(() => hearth?.stop());

const json = async (path) => (await hearth.fetch(path)).json();
const start = (response) => response.headers.get('x-hearth-start');

describe('templates', () => {
  test('instances are forked from a process that holds the function, initialised once', async () => {
    const responses = await Promise.all(Array.from({ length: 6 }, () => hearth.fetch('/identity/wait')));
    const identities = await Promise.all(responses.map((response) => response.json()));
    assert.ok(responses.some((response) => start(response) === 'template'), responses.map(start).join());
    assert.equal(new Set(identities.map(({ loaded }) => loaded.uuid)).size, 1, 'the module was loaded once');
    for (const field of ['uuid', 'integer', 'random']) {
      assert.equal(new Set(identities.map((identity) => identity[field])).size, identities.length, `${field} repeats`);
    }
    for (const { restored } of identities) assert.equal(restored, 1, 'its restore listener ran, and was waited for');
  });

  test('the optimising compiler works in a fork of a template', async () => {
    const response = await hearth.fetch('/hot/');
    assert.equal(await response.text(), 'optimised');
    assert.match(start(response), /template|warm/);
  });

  test('with template = "off" every instance loads the module itself', async () => {
    const responses = await Promise.all(Array.from({ length: 3 }, () => hearth.fetch('/fresh/wait')));
    for (const response of responses) assert.match(start(response), /^(warm|stem|zygote)$/);
    await Promise.all(responses.map((response) => response.text()));
    const first = await json('/fresh/');
    await (await hearth.fetch('/fresh/exit')).text();
    const second = await json('/fresh/');
    assert.equal(first.restored, 0);
    assert.notEqual(first.loaded.uuid, second.loaded.uuid);
  });

  test('a function with a live timer gets none, and the reason is said', async () => {
    const line = await hearth.waitForLine(({ event, function: name }) => event === 'template' && name === 'busy-loop');
    assert.deepEqual([line.state, line.detail], ['refused', 'its event loop has work left']);
    assert.equal(await (await hearth.fetch('/busy-loop/')).text(), 'served');
  });

  test('a template that died is replaced by the next start, live instances go on', async () => {
    const before = await json('/identity/');
    const [template] = childrenOf(hearth.pid).filter((pid) => /identity.*\(template\)/.test(titleOf(pid)));
    assert.ok(template, 'there is a template');
    process.kill(template, 'SIGKILL');
    await hearth.waitForLine(({ event, function: name, state }) => event === 'template' && name === 'identity' && state === 'none');
    const after = await json('/identity/');
    assert.equal(after.loaded.uuid, before.loaded.uuid, 'a live instance');
    await Promise.all(Array.from({ length: 12 }, () => hearth.fetch('/identity/wait')));
    await eventually('there is a template again',
      () => childrenOf(hearth.pid).some((pid) => /identity.*\(template\)/.test(titleOf(pid))));
  });
});

test('a frozen instance does nothing between requests', async () => {
  await json('/ticks/');
  const first = await json('/ticks/');
  await new Promise((resolve) => setTimeout(resolve, 300));
  const second = await json('/ticks/');
  assert.ok(second - first <= 3, `${second - first} ticks of 5 ms while frozen for 300 ms`);
});

describe('limits.cpu', () => {
  test('a spinning function is ended, with limit, value, use and stack', async () => {
    const error = await failure(await hearth.fetch('/spin/'), 502, 'cpu_exceeded');
    assert.match(error.message, /limits\.cpu = 100ms exceeded: the function used 1\d\dms/);
    assert.match(error.stack.join('\n'), /busyWork \(.*index\.mjs/);
    assert.equal(await (await hearth.fetch('/spin/ok')).text(), 'ok');
  });

  test('waiting costs nothing', async () => {
    assert.equal(await (await hearth.fetch('/spin/await')).text(), 'idle');
  });
});

test('scaling.queue_age: who waits longer is rejected', async () => {
  const first = hearth.fetch('/slow/');
  const error = await failure(await hearth.fetch('/slow/'), 503, 'queue_timeout');
  assert.match(error.message, /scaling\.queue_age = 50ms/);
  assert.equal(await (await first).text(), 'done');
});

test('scaling.max_requests: an instance that served so many is replaced', async () => {
  const titles = [];
  for (let i = 0; i < 4; i++) titles.push(await (await hearth.fetch('/worn/')).text());
  assert.deepEqual(titles.map((title) => title === titles[0]), [true, true, false, false]);
});

test('scaling.min_instances: so many are kept, whatever idle_timeout says', async () => {
  const kept = () => childrenOf(hearth.pid).filter((pid) => /hearth: kept-\d+$/.test(titleOf(pid)));
  await eventually('two instances are there', () => kept().length === 2);
  const [victim] = kept();
  process.kill(victim, 'SIGKILL');
  await eventually('one that died is replaced', () => kept().length === 2 && !kept().includes(victim));
});

describe('the zygote', () => {
  const zygote = () => childrenOf(hearth.pid).find((pid) => titleOf(pid) === 'hearth: zygote');

  test('that dies is replaced, and live instances go on serving', async () => {
    const before = await json('/identity/');
    const old = zygote();
    process.kill(old, 'SIGKILL');
    const after = await json('/identity/');
    assert.equal(after.loaded.uuid, before.loaded.uuid);
    await eventually('there is a new zygote', () => zygote() !== undefined && zygote() !== old);
    await (await hearth.fetch('/fresh/exit')).text();
    const response = await hearth.fetch('/fresh/');
    assert.equal(response.status, 200, await response.text());
  });

  test('is replaced after --zygote-forks forks', async () => {
    const other = await Hearth.start(fixture({ 'fresh/index.mjs': IDENTITY, 'fresh/hearth.toml': files['fresh/hearth.toml'] }),
      '--zygote-forks', '8', '--stems', '1');
    try {
      const zygoteOf = () => childrenOf(other.pid).find((pid) => titleOf(pid) === 'hearth: zygote');
      const old = zygoteOf();
      await eventually('another zygote', async () => {
        await (await other.fetch('/fresh/exit')).text();
        const now = zygoteOf();
        return now !== undefined && now !== old && titleOf(old) === '';
      });
      assert.equal((await other.fetch('/fresh/')).status, 200);
    } finally {
      await other.stop();
    }
  });
});

test('a stem serves a cold start', async () => {
  await eventually('a start from a stem', async () => {
    await (await hearth.fetch('/fresh/exit')).text();
    const response = await hearth.fetch('/fresh/');
    await response.text();
    return start(response) === 'stem';
  });
});
