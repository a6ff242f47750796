// hearth.v1.Operations, and its clients hearth ps and hearth evict: what they say is what the system says, and an
// eviction makes the next invocation a cold start.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { credentials, loadPackageDefinition, status } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { command } from './command.mjs';
import { Hearth, ROOT, alive, descendants, eventually, fixture, processOf } from './harness.mjs';

const FUNCTIONS = {
  'event/index.mjs': `
    export const handler = async (event) => {
      if (event.wait) {
        console.log('waiting');
        const timer = setInterval(() => {}, 1000);
        await new Promise((resolve) => process.once('SIGUSR2', resolve));
        clearInterval(timer);
      }
      return process.pid;
    };`,
  'plain/hearth.toml': '[scaling]\ntemplate = "off"\n',
  'plain/index.mjs': 'export default { fetch: () => new Response(String(process.pid)) };',
  'timer/index.mjs': `
    setInterval(() => {}, 1000);
    export default { fetch: () => new Response(String(process.pid)) };`,
};

let hearth;
let client;
let invoker;
const call = (service, method, request) => promisify(service[method].bind(service))(request);
const operations = (method, request = {}) => call(client, method, request);
const invoke = async (name, event = {}) => {
  const response = await call(invoker, 'invoke', { function: name, payload: Buffer.from(JSON.stringify(event)) });
  assert.equal(response.outcome, 'OUTCOME_OK', JSON.stringify(response.error));
  return { pid: processOf(hearth, name, Number(response.payload)), start: response.report.start, instance: response.report.instance };
};
const statsOf = async (name) => (await operations('stats')).functions.find((entry) => entry.name === name);

before(async () => {
  hearth = await Hearth.start(fixture(FUNCTIONS));
  const load = (name) =>
    loadPackageDefinition(loadSync(`hearth/v1/${name}.proto`, {
      includeDirs: [path.join(ROOT, 'proto')], defaults: true, enums: String, longs: Number, oneofs: true,
    })).hearth.v1;
  client = new (load('operations').Operations)(hearth.ready.grpc, credentials.createInsecure());
  invoker = new (load('invoker').Invoker)(hearth.ready.grpc, credentials.createInsecure());
});
after(() => {
  client?.close();
  invoker?.close();
  return hearth?.stop();
});

test('Stats: versions, the zygote, the stems and every function', async () => {
  const version = JSON.parse((await command('version', '--json')).stdout);
  const stats = await operations('stats');
  assert.deepEqual([stats.hearthVersion, stats.nodeVersion, stats.v8Version],
    [version.hearth, version.node, version.v8]);
  assert.ok(descendants(hearth.pid).includes(stats.zygote.pid), `no child ${stats.zygote.pid}`);
  assert.equal(stats.zygote.starts, 1);
  assert.ok(stats.zygote.forks >= 3);
  assert.ok(stats.stems.target > 0);
  await eventually('the stems are there', async () => {
    const { stems } = await operations('stats');
    return stems.ready === stems.target;
  });
  assert.deepEqual(stats.functions.map(({ name, kind }) => [name, kind]),
    [['event', 'lambda'], ['plain', 'fetch'], ['timer', 'fetch']]);
  assert.equal(new Set(stats.functions.map(({ version }) => version)).size, 3);
});

test('Stats: what became of each template', async () => {
  const event = await statsOf('event');
  assert.equal(event.template.state, 'STATE_READY');
  assert.ok(alive(event.template.pid));
  assert.equal((await statsOf('plain')).template.state, 'STATE_OFF');
  const timer = await statsOf('timer');
  assert.equal(timer.template.state, 'STATE_REFUSED');
  assert.match(timer.template.refusal, /\w/);
});

test('ListInstances: what the system says of the process', async () => {
  const { pid, instance } = await invoke('event');
  const { instances, templates } = await operations('listInstances', { function: 'event' });
  const entry = instances.find(({ id }) => id === instance);
  assert.deepEqual([entry.function, entry.pid, entry.state, entry.inFlight], ['event', pid, 'STATE_READY', 0]);
  assert.ok(entry.served >= 1);
  assert.match(entry.start, /^(template|stem|zygote)$/);
  const resident = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024;
  assert.ok(Math.abs(entry.residentBytes - resident) < 8 << 20, `${entry.residentBytes}, not ${resident}`);
  assert.deepEqual(templates.map((template) => template.function), ['event']);
  assert.notEqual(templates[0].pid, pid);
  assert.ok(templates[0].residentBytes > 1e6);
});

test('Evict: the next invocation is a cold start, from the template or without it', async () => {
  const first = await invoke('event');
  assert.equal((await invoke('event')).pid, first.pid);
  const evicted = await operations('evict', { function: 'event' });
  assert.deepEqual(evicted, { instances: 1, busy: 0, templates: 0 });
  await eventually('the process is gone', () => !alive(first.pid));
  const second = await invoke('event');
  assert.notEqual(second.pid, first.pid);
  assert.equal(second.start, 'template');

  const before = (await statsOf('event')).template.pid;
  assert.deepEqual(await operations('evict', { function: 'event', templates: true }),
    { instances: 1, busy: 0, templates: 1 });
  assert.equal((await statsOf('event')).template.state, 'STATE_NONE');
  await eventually('the template is gone', () => !alive(before));
  assert.match((await invoke('event')).start, /^(stem|zygote)$/);
});

test('Evict: what is busy finishes, what others own stays', async () => {
  await operations('evict', { all: true });
  const other = await call(invoker, 'invoke', { function: 'plain' });
  const waiting = invoke('event', { wait: true });
  await hearth.waitForLog('waiting');
  const [{ id, pid }] = (await operations('listInstances', { function: 'event' })).instances;
  assert.equal((await statsOf('event')).instances.busy, 1);
  assert.deepEqual(await operations('evict', { function: 'event' }), { instances: 1, busy: 1, templates: 0 });
  const [draining] = (await operations('listInstances', { function: 'event' })).instances;
  assert.deepEqual([draining.id, draining.state, draining.inFlight], [id, 'STATE_DRAINING', 1]);
  assert.notEqual((await invoke('event')).instance, id);
  process.kill(pid, 'SIGUSR2');
  assert.equal((await waiting).instance, id);
  await eventually('it ends when it is done', () => !alive(pid));
  assert.equal((await call(invoker, 'invoke', { function: 'plain' })).payload.toString(), other.payload.toString());
});

test('an unknown function is NOT_FOUND, nothing to evict is INVALID_ARGUMENT', async () => {
  await assert.rejects(operations('listInstances', { function: 'evnet' }), (error) => {
    assert.equal(error.code, status.NOT_FOUND);
    assert.match(error.details, /evnet.*event.*plain.*timer/);
    return true;
  });
  await assert.rejects(operations('evict', { function: 'evnet' }), { code: status.NOT_FOUND });
  await assert.rejects(operations('evict'), { code: status.INVALID_ARGUMENT });
  await assert.rejects(operations('evict', { function: 'event', all: true }), { code: status.INVALID_ARGUMENT });
});

test('reflection lists hearth.v1.Operations', async () => {
  const bytes = (buffer) => buffer;
  const stream = client.makeBidiStreamRequest(
    '/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo', bytes, bytes);
  stream.end(Buffer.from([0x3a, 1, '*'.charCodeAt()]));
  const [answer] = await stream.toArray();
  assert.ok(answer.includes('hearth.v1.Operations'), answer.toString('latin1'));
});

const ps = (...args) => command('ps', '--grpc', hearth.ready.grpc, ...args);
const evict = (...args) => command('evict', '--grpc', hearth.ready.grpc, ...args);

test('hearth ps prints a table, or JSON lines', async () => {
  const { pid, instance } = await invoke('event');
  const { code, stdout } = await ps('event');
  assert.equal(code, 0);
  const [head, ...rows] = stdout.trimEnd().split('\n');
  assert.match(head, /^FUNCTION +INSTANCE +PID +STATE +START +SERVED +IN FLIGHT +AGE +IDLE +MEMORY +CPU$/);
  assert.ok(rows.some((row) => row.match(/^event +- +\d+ +template /)), stdout);
  assert.ok(rows.some((row) => row.match(`^event +${instance} +${pid} +ready .* MB +\\d+ ms$`)), stdout);
  const lines = (await ps('--json')).stdout.trimEnd().split('\n').map(JSON.parse);
  const line = lines.find((entry) => entry.instance === instance);
  assert.deepEqual([line.function, line.pid, line.state, line.in_flight], ['event', pid, 'ready', 0]);
  assert.ok(line.resident_bytes > 1e6 && line.age_ms >= line.idle_ms);
  assert.ok(lines.some((entry) => entry.function === 'event' && entry.state === 'template'));
});

test('hearth evict says how many; then hearth ps says that there is none', async () => {
  await operations('evict', { all: true });
  await invoke('event');
  assert.deepEqual(await evict('event'), { code: 0, stdout: '1 instance of event evicted\n', stderr: '' });
  assert.deepEqual(await evict('event', '--json'),
    { code: 0, stdout: '{"instances":0,"busy":0,"templates":0}\n', stderr: '' });
  assert.match((await evict('--all', '--templates')).stdout, /^\d+ instances? evicted; \d templates? dropped\n$/);
  await eventually('all are gone', async () => (await ps()).stdout === 'no instances\n');
  assert.equal((await ps('event')).stdout, 'no instances of event\n');
  assert.equal((await ps('--json')).stdout, '');
});

for (const [what, args, code, message] of [
  ['an unknown function', ['ps', 'nope'], 4, /no function named "nope"; known: event, plain, timer/],
  ['an unknown function', ['evict', 'nope'], 4, /no function named "nope"/],
  ['nothing to evict', ['evict'], 2, /name a function, or pass --all/],
]) {
  test(`exit code ${code} of hearth ${args[0]}: ${what}`, async () => {
    const result = await command(args[0], '--grpc', hearth.ready.grpc, ...args.slice(1));
    assert.equal(result.code, code);
    assert.match(result.stderr, message);
  });
}

for (const verb of [['ps'], ['evict', '--all']]) {
  test(`exit code 3 of hearth ${verb[0]}: no hearth there`, async () => {
    const result = await command(...verb, '--grpc', 'localhost:1');
    assert.equal(result.code, 3);
    assert.match(result.stderr, /cannot reach hearth at localhost:1: is `hearth dev` running\?/);
  });
}
