// An instance is forked, and nobody can tell: what works in plain Node works there.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Hearth, fixture } from './harness.mjs';
import { checks } from './functions/features/checks.mjs';

const FUNCTIONS = path.join(import.meta.dirname, 'functions');

const IDENTITY = `
import { readlinkSync } from 'node:fs';

export default {
  async fetch(request) {
    if (request.url.endsWith('/exit')) process.exit();
    return Response.json({
      pid: process.pid,
      self: Number(readlinkSync('/proc/self')),
      env: process.env,
      argv: process.argv,
      cwd: process.cwd(),
      main: import.meta.main,
      timeOrigin: performance.timeOrigin,
      wallClock: performance.timeOrigin + performance.now() - Date.now(),
    });
  },
};
`;

const MAIN = `
const server = require('node:http').createServer((request, response) => response.end('main'));
if (require.main === module) server.listen(process.env.PORT);
`;

let hearth;
let folder;
before(async () => {
  folder = fixture({
    'identity/index.mjs': IDENTITY,
    'identity/hearth.toml': '[env]\nGREETING = "hi"\n',
    'main/index.js': MAIN,
  });
  hearth = await Hearth.start(FUNCTIONS, folder);
});
after(() => hearth?.stop());

async function json(target) {
  const response = await hearth.fetch(target);
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return JSON.parse(text);
}

for (const kind of ['fetch', 'server']) {
  describe(`a ${kind} function gives what plain Node gives`, () => {
    for (const [name, check] of Object.entries(checks)) {
      test(name, async () => {
        const expected = JSON.parse(JSON.stringify(await check()));
        assert.deepEqual(await json(`/${kind}/?check=${encodeURIComponent(name)}`), expected);
      });
    }
  });
}

for (const framework of ['koa', 'fastify']) {
  test(`an unmodified ${framework} server`, async () => {
    assert.deepEqual(await json(`/${framework}/a/b?c=d`), { method: 'GET', path: '/a/b', query: { c: 'd' } });
    const head = await hearth.fetch(`/${framework}/a/b`, { method: 'HEAD' });
    assert.equal(head.headers.get('x-framework'), framework);
  });
}

test('a server that listens only if it is the main module', async () => {
  assert.equal(await (await hearth.fetch('/main/')).text(), 'main');
});

describe('an instance has an identity of its own', () => {
  test('process.pid is its pid', async () => {
    const { pid, self } = await json('/identity/');
    assert.equal(pid, self);
  });

  test('process.env is [env] and what the platform sets, nothing of hearth\'s own', async () => {
    const { env } = await json('/identity/');
    assert.equal(env.GREETING, 'hi');
    assert.deepEqual(['LD_PRELOAD', 'HEARTH_BIN', 'NODE_TEST_CONTEXT'].filter((name) => name in env), []);
  });

  test('it runs its entry as the main module, in its own folder', async () => {
    const { argv, cwd, main } = await json('/identity/');
    const directory = path.join(folder, 'identity');
    assert.deepEqual([argv.length, argv[1], cwd, main], [2, path.join(directory, 'index.mjs'), directory, true]);
  });

  test('performance counts from its own start', async () => {
    await (await hearth.fetch('/identity/exit')).text();
    const began = Date.now();
    const { timeOrigin, wallClock } = await json('/identity/');
    assert.ok(timeOrigin >= began - 1, `it counts from ${began - timeOrigin} ms before its start`);
    assert.ok(Math.abs(wallClock) < 1000, `timeOrigin + now() is ${wallClock} ms off`);
  });
});
