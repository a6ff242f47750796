// The sandbox as a function meets it: under strict, what must not work does not, and what Node offers works.
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { Hearth, failure, fixture } from './harness.mjs';

const PROBE = `
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import os from 'node:os';
import { Worker } from 'node:worker_threads';

const code = (run) => {
  try {
    run();
    return 'ok';
  } catch (error) {
    return error.code;
  }
};
const reach = (port) => new Promise((resolve) => {
  connect(port, '127.0.0.1').on('connect', () => resolve('ok')).on('error', ({ code }) => resolve(code));
});
const checks = {
  shadow: () => code(() => readFileSync('/etc/shadow')),
  ownCode: () => code(() => readFileSync(import.meta.filename)),
  changeCode: () => code(() => writeFileSync(import.meta.filename, '')),
  sibling: () => existsSync(new URL('../other/secret', import.meta.url)),
  shared: () => readFileSync(new URL('../shared/text', import.meta.url), 'utf8'),
  processes: () => JSON.stringify(readdirSync('/proc').filter((name) => /^\\d+$/.test(name))),
  signal: (pid) => code(() => process.kill(Number(pid), 0)),
  user: () => os.userInfo().username,
  tmp: () => code(() => writeFileSync('/tmp/file', Buffer.alloc(512 << 10))),
  tmpFull: () => code(() => writeFileSync('/tmp/full', Buffer.alloc(4 << 20))),
  child: () => execFileSync('/bin/sh', ['-c', 'echo from a child'], { encoding: 'utf8' }),
  node: () => execFileSync(process.execPath, ['-p', '1 + 1'], { encoding: 'utf8' }),
  worker: () => new Promise((resolve) => {
    new Worker('require("worker_threads").parentPort.postMessage("from a worker")', { eval: true }).on('message', resolve);
  }),
  interfaces: () => Object.keys(os.networkInterfaces()),
  reach,
  abort: () => process.abort(),
  kill: (signal) => process.kill(process.pid, signal),
};

export default {
  async fetch(request) {
    const { searchParams } = new URL(request.url);
    return Response.json(await checks[searchParams.get('check')](searchParams.get('argument')) ?? null);
  },
};
`;

describe('a strict sandbox', () => {
  let hearth;
  let service;
  before(async () => {
    const folder = fixture({
      'probe/index.mjs': PROBE,
      'probe/hearth.toml': `
        limits.tmp = "2MB"
        [sandbox]
        mode = "strict"
        egress = "none"
        readable = ["../shared"]`,
      'other/secret': 'secret',
      'shared/text': 'shared',
    });
    service = createServer().listen(0, '127.0.0.1');
    hearth = await Hearth.start(`${folder}/probe`);
  });
  after(async () => {
    service?.close();
    await hearth?.stop();
  });
  const ask = (check, argument = '') => hearth.fetch(`/probe/?check=${check}&argument=${argument}`);

  for (const [check, expected, argument] of [
    ['shadow', 'ENOENT'],
    ['ownCode', 'ok'],
    ['changeCode', /EROFS|EACCES/],
    ['sibling', false],
    ['shared', 'shared'],
    ['processes', /^\["\d+"\]$/],
    ['signal', 'ESRCH', () => hearth.pid],
    ['user', /./],
    ['tmp', 'ok'],
    ['tmpFull', 'ENOSPC'],
    ['child', 'from a child\n'],
    ['node', '2\n'],
    ['worker', 'from a worker'],
    ['interfaces', ['lo']],
    ['reach', 'ECONNREFUSED', () => service.address().port],
  ]) {
    test(check, async () => {
      const response = await ask(check, argument?.());
      const text = await response.text();
      assert.equal(response.status, 200, text);
      if (expected instanceof RegExp) assert.match(JSON.parse(text), expected);
      else assert.deepEqual(JSON.parse(text), expected);
    });
  }

  for (const [check, signal] of [['abort', 'SIGABRT'], ['kill', 'SIGKILL'], ['kill', 'SIGTERM']]) {
    test(`a function that ends itself by ${signal} is instance_killed`, async () => {
      const error = await failure(await ask(check, signal), 502, 'instance_killed');
      assert.match(error.message, new RegExp(signal));
    });
  }

  test('its layers are in the metrics', async () => {
    for (const layer of ['root', 'tmp', 'pid', 'user', 'capabilities', 'limits', 'landlock', 'seccomp', 'egress']) {
      assert.equal(await hearth.metric('hearth_sandbox_layer', { layer, state: 'applied' }), 1, layer);
    }
  });
});

test('sandbox.mode = "off" of one function is refused: it is for all or none', async () => {
  const folder = fixture({ 'a/index.mjs': PROBE, 'a/hearth.toml': '[sandbox]\nmode = "off"\n' });
  const { code, message } = await Hearth.fail(`${folder}/a`);
  assert.equal(code, 2);
  assert.match(message, /pass --sandbox off/);
});
