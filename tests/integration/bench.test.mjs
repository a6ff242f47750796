// hearth bench against a real hearth and against a plain node server: what it counts is what happened, and what it calls a
// cold start is what the platform called one.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { selfSigned } from '../compatibility/support.mjs';
import { BINARY, command, run } from './command.mjs';
import { Hearth, eventually, fixture } from './harness.mjs';

const FUNCTIONS = {
  'hello/index.mjs': 'export default { fetch: () => new Response("hello") };',
  'other/index.mjs': 'export default { fetch: () => new Response("other") };',
  'event/index.mjs': 'export const handler = async (event) => event;',
  'broken/index.mjs': 'export const handler = async () => { throw new TypeError("out of stock"); };',
  'stuck/hearth.toml': '[limits]\ntimeout = "100ms"\n',
  'stuck/index.mjs': `
    export const handler = () => new Promise((resolve) => { setTimeout(resolve, 60_000); });`,
  'rated/hearth.toml': '[scaling]\nrate = 1\nburst = 2\n',
  'rated/index.mjs': 'export const handler = async () => 1;',
};
const GROUPS = ['all', 'cold', 'warm'];
const QUANTILES = ['min', 'mean', 'p50', 'p90', 'p95', 'p99', 'p99.9', 'p99.99', 'max'];

let hearth;
let server;
let url;
let served = 0;

before(async () => {
  hearth = await Hearth.start(fixture(FUNCTIONS));
  server = createServer((request, response) => {
    ++served;
    if (request.url === '/throttled') response.writeHead(429);
    if (request.url === '/hangs') return;
    request.resume().on('end', () => response.end('hello'));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${server.address().port}`;
});
after(async () => {
  server.closeAllConnections();
  server.close();
  await hearth?.stop();
});

// The result of a run that ended with this exit code.
async function bench(args, code = 0) {
  const { stdout, stderr, ...ended } = await command('bench', ...args, '--json', '-');
  assert.deepEqual(ended, { code }, stderr);
  const result = JSON.parse(stdout);
  check(result);
  return result;
}
const onHearth = (...args) => bench([...args, '--grpc', hearth.ready.grpc]);

// What holds of every result.
function check(result) {
  assert.equal(result.schema, 'hearth.bench/1');
  for (const key of ['hearth_version', 'started_at', 'command', 'machine', 'target', 'scenario', 'rate', 'elapsed_s',
    'outcomes', 'errors', 'groups', 'histogram_error', 'series', 'generator']) assert.ok(key in result, key);
  const { outcomes, groups, series } = result;
  assert.deepEqual(Object.keys(outcomes), ['ok', 'throttled', 'timeout', 'function_error', 'error']);
  const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);
  assert.equal(sum(Object.values(outcomes)), result.n, 'every request has one outcome');
  assert.equal(groups.all.n, outcomes.ok, 'latencies are those of what succeeded');
  for (const name of GROUPS) {
    const { n, latency, histogram } = groups[name];
    if (n === 0) continue;
    assert.deepEqual(Object.keys(latency), QUANTILES);
    assert.equal(sum(histogram.map(([, count]) => count)), n);
    const ascending = QUANTILES.filter((key) => key !== 'mean').map((key) => latency[key]);
    assert.deepEqual(ascending, ascending.toSorted((a, b) => a - b));
  }
  assert.equal(Math.round(sum(series.rate) * series.interval_s), result.n, 'the series holds every request');
  assert.equal(sum(series.cold), groups.cold.n);
  assert.equal(sum(series.errors), result.n - outcomes.ok);
}

test('a plain server: as many requests as it got, none marked', async () => {
  const before = served;
  const result = await bench([`${url}/`, '--rate', '500', '--arrivals', 'poisson', '--count', '200', '--warmup', '100ms']);
  assert.equal(result.n, 200);
  assert.equal(result.outcomes.ok, 200);
  assert.equal(result.n + result.warmup_n, served - before);
  assert.deepEqual([result.groups.cold.n, result.groups.warm.n], [0, 0]);
  assert.deepEqual(result.target, { kind: 'http', url: `${url}/`, functions: [] });
  assert.deepEqual([result.scenario.loop, result.scenario.arrivals, result.scenario.rate, result.scenario.count],
    ['open', 'poisson', 500, 200]);
  assert.ok(result.target_usage.peak_memory_mib > 10, 'the server is a process of this machine');
});

test('a closed loop', async () => {
  const before = served;
  const result = await bench([`${url}/`, '--closed', '--connections', '4', '--count', '100', '--warmup', '0s']);
  assert.equal(result.n, 100);
  assert.equal(served - before, 100);
  assert.equal(result.rate.asked, null);
});

test('a POST with headers and a body', async () => {
  const got = Promise.withResolvers();
  server.once('request', async (request) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    got.resolve([request.method, request.headers['x-name'], request.headers['content-length'], body]);
  });
  await bench([`${url}/`, '--data', '{"a":1}', '--header', 'X-Name: value', '--scenario', 'sequential', '--count', '1',
    '--warmup', '0s']);
  assert.deepEqual(await got.promise, ['POST', 'value', '7', '{"a":1}']);
});

test('outcomes of a plain server: throttled, timed out, nobody there', async () => {
  const throttled = await bench([`${url}/throttled`, '--count', '5', '--rate', '100', '--warmup', '0s'], 1);
  assert.equal(throttled.outcomes.throttled, 5);
  assert.deepEqual(throttled.errors, [{ outcome: 'throttled', message: 'HTTP 429', count: 5 }]);
  const hangs = await bench([`${url}/hangs`, '--count', '3', '--rate', '100', '--warmup', '0s', '--timeout', '50ms'], 1);
  assert.equal(hangs.outcomes.timeout, 3);
  const nobody = await command('bench', 'http://127.0.0.1:1/');
  assert.equal(nobody.code, 3);
  assert.match(nobody.stderr, /^error: cannot connect to 127\.0\.0\.1:1: /);
});

test('cold starts of a function over gRPC: each finds no instance, and tells its phases', async () => {
  const result = await onHearth('hello', '--scenario', 'cold', '--count', '8');
  assert.equal(result.groups.cold.n, 8);
  assert.equal(result.groups.warm.n, 0);
  assert.deepEqual(result.groups.cold.starts, { template: 8 });
  const { phases, latency } = result.groups.cold;
  assert.deepEqual(Object.keys(phases), ['wait', 'queue', 'start', 'init', 'run', 'response']);
  for (const phase of ['start', 'init', 'run', 'response']) assert.ok(phases[phase].min > 0, phase);
  const mean = Object.values(phases).reduce((sum, phase) => sum + phase.mean, 0);
  assert.ok(Math.abs(mean - latency.mean) < 0.05 * latency.mean, `phases add up to ${mean} of ${latency.mean} ms`);
  assert.deepEqual(Object.keys(result.target.server), ['hearth', 'node', 'v8']);
});

test('cold starts over HTTP, from templates and without', async () => {
  const target = `http://${hearth.ready.http}/hello/`;
  const kept = await onHearth(target, '--scenario', 'cold', '--count', '5');
  assert.deepEqual(kept.groups.cold.starts, { template: 5 });
  assert.deepEqual(kept.target.functions, ['hello']);
  assert.deepEqual(Object.keys(kept.groups.cold.phases), ['wait', 'queue', 'start', 'init', 'run', 'response']);
  const dropped = await onHearth(target, '--scenario', 'cold', '--count', '5', '--cold-templates', 'drop');
  assert.equal(dropped.groups.cold.n, 5);
  assert.equal(dropped.groups.cold.starts.template, undefined);
});

test('cold starts through the Lambda API: Init Duration of the REPORT line marks them', async () => {
  const result = await onHearth('lambda:event', '--endpoint', `http://${hearth.ready.http}`, '--scenario', 'cold',
    '--count', '5');
  assert.equal(result.groups.cold.n, 5);
  assert.ok(result.groups.cold.phases.init.min > 0);
  const warm = await onHearth(`http://${hearth.ready.http}/2015-03-31/functions/event/invocations`, '--scenario',
    'sequential', '--count', '5', '--warmup', '100ms');
  assert.equal(warm.target.kind, 'lambda');
  assert.equal(warm.groups.warm.n, 5);
});

test('warm requests over HTTP are marked warm, and the pool is watched', async () => {
  const result = await onHearth(`http://${hearth.ready.http}/hello/`, '--rate', '200', '--duration', '1s', '--warmup',
    '300ms');
  assert.equal(result.groups.warm.n, 200);
  assert.deepEqual(Object.keys(result.series.instances), ['starting', 'ready', 'busy', 'draining']);
  assert.ok(result.series.instances.ready.some((count) => count > 0) || result.series.instances.busy.some((n) => n > 0));
  assert.ok(result.series.target_cpu.some((cores) => cores !== null));
  const quiet = await onHearth(`http://${hearth.ready.http}/hello/`, '--count', '5', '--no-phases');
  assert.deepEqual(Object.keys(quiet.groups.warm.phases), ['wait']);
});

test('a burst begins without an instance', async () => {
  const result = await onHearth('hello', '--scenario', 'burst', '--burst', '6', '--count', '12', '--gap', '10ms');
  assert.equal(result.n, 12);
  assert.ok(result.groups.cold.n >= 2, 'the first of each round is cold');
  assert.equal(result.scenario.burst, 6);
});

test('outcomes of functions are told apart', async () => {
  const outcomes = async (name) => {
    const { stdout } = await command('bench', name, '--scenario', 'sequential', '--count', '6', '--warmup', '0s',
      '--grpc', hearth.ready.grpc, '--json', '-');
    const result = JSON.parse(stdout);
    check(result);
    return result;
  };
  const broken = await outcomes('broken');
  assert.equal(broken.outcomes.function_error, 6);
  assert.deepEqual(broken.errors, [{ outcome: 'function_error', message: 'function_error: out of stock', count: 6 }]);
  assert.equal((await outcomes('stuck')).outcomes.timeout, 6);
  const rated = await outcomes('rated');
  assert.ok(rated.outcomes.throttled >= 3, JSON.stringify(rated.outcomes));
  assert.ok(rated.outcomes.ok >= 1);
  assert.equal(rated.groups.all.n, rated.outcomes.ok);
});

test('a trace is replayed, function by function', async () => {
  const folder = fixture({ 'trace.csv': 'seconds,function\n100,hello\n100.1,other\n100.2,hello\n' });
  const csv = path.join(folder, 'out.csv');
  const result = await onHearth(`http://${hearth.ready.http}`, '--scenario', 'trace', '--trace',
    path.join(folder, 'trace.csv'), '--speed', '2', '--csv', csv);
  assert.equal(result.n, 3);
  assert.deepEqual(result.target.functions, ['hello', 'other']);
  const [heading, ...rows] = readFileSync(csv, 'utf8').trimEnd().split('\n').map((line) => line.split(','));
  assert.equal(rows.length, 3);
  assert.ok(rows.every((row) => row.length === heading.length));
  const column = (name) => rows.map((row) => row[heading.indexOf(name)]);
  assert.deepEqual(column('function').toSorted(), ['hello', 'hello', 'other']);
  assert.deepEqual(column('intended_ms').map(Number).toSorted((a, b) => a - b), [0, 50, 100]);
  assert.deepEqual(column('outcome'), ['ok', 'ok', 'ok']);
});

test('mixed: the first function is the most popular one, and the seed decides', async () => {
  const counts = async (seed) => {
    const folder = fixture({});
    const csv = path.join(folder, 'out.csv');
    await onHearth(`http://${hearth.ready.http}`, '--scenario', 'mixed', '--functions', 'other,hello', '--zipf', '2',
      '--rate', '1000', '--count', '200', '--warmup', '0s', '--seed', seed, '--csv', csv);
    const rows = readFileSync(csv, 'utf8').trimEnd().split('\n').slice(1);
    assert.equal(rows.length, 200);
    return rows.filter((row) => row.includes(',other,')).length;
  };
  const first = await counts('1');
  assert.ok(first > 130 && first < 190, `${first} of 200, 160 expected`);
  assert.equal(await counts('1'), first);
});

test('--fail-if: exit code 5 where a condition holds', async () => {
  const args = [`${url}/`, '--count', '5', '--rate', '100', '--warmup', '0s'];
  const met = await command('bench', ...args, '--fail-if', 'p50>0ms', '--fail-if', 'errors>0');
  assert.equal(met.code, 5);
  assert.match(met.stderr, /^failed: p50>0ms: it is [\d.]+ ms\npassed: errors>0: it is 0\n$/);
  const passed = await command('bench', ...args, '--fail-if', 'failed>0%', '--fail-if', 'warm.p99>1ms');
  assert.equal(passed.code, 0, passed.stderr);
  const unknown = await command('bench', ...args, '--fail-if', 'eror>1');
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /did you mean "errors"\?/);
});

test('wrong arguments name the flag', async () => {
  const wrong = async (args, message) => {
    const { code, stderr } = await command('bench', ...args);
    assert.equal(code, 2, args.join(' '));
    assert.match(stderr, message);
  };
  await wrong([], /TARGET/);
  await wrong([url, '--scenario', 'cold'], /--cold-command/);
  await wrong([url, '--scenario', 'hot'], /--scenario: "hot" is none of/);
  await wrong([url, '--closed', '--rate', '5'], /--closed and --rate/);
  await wrong([url, '--endpoint', url], /--endpoint/);
  await wrong(['ftp://x/'], /must start with http/);
  await wrong(['lambda:x', '--region', 'eu-central-1', '--header', 'a: b'], /--header/);
  const missing = await command('bench', 'helo', '--grpc', hearth.ready.grpc);
  assert.deepEqual([missing.code, missing.stderr], [4, 'error: no function named "helo": did you mean "hello"?\n']);
  const nobody = await command('bench', 'hello', '--grpc', '127.0.0.1:1');
  assert.equal(nobody.code, 3);
  assert.match(nobody.stderr, /is `hearth dev` running\?/);
});

test('a command forces the cold start of any server; one that fails ends the run', async () => {
  const folder = fixture({});
  const log = path.join(folder, 'log');
  await bench([url, '--scenario', 'cold', '--count', '3', '--cold-command', `echo cold >> ${log}`]);
  assert.equal(readFileSync(log, 'utf8'), 'cold\n'.repeat(3));
  const failed = await command('bench', url, '--scenario', 'cold', '--cold-command', 'exit 7');
  assert.deepEqual([failed.code, failed.stderr], [1, 'error: --cold-command: the command ended with 7\n']);
});

// What AWS answers to GetFunctionConfiguration, UpdateFunctionConfiguration and Invoke, as its documentation has it.
test('AWS: a cold start is a change of the configuration, which is undone in the end; requests are signed', async () => {
  const configuration = { Environment: { Variables: { STAGE: 'test' } } };
  const seen = [];
  let cold = true;
  const aws = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    seen.push(request.headers.authorization ?? '');
    if (request.method === 'POST') {
      const report = `REPORT RequestId: 1\tDuration: 2.50 ms\t${cold ? 'Init Duration: 101.25 ms\t' : ''}\n`;
      cold = false;
      response.setHeader('X-Amz-Log-Result', Buffer.from(report).toString('base64'));
      return response.end('{}');
    }
    if (request.method === 'PUT') {
      Object.assign(configuration, JSON.parse(body), { LastUpdateStatus: 'InProgress' });
      cold = true;
    } else {
      response.on('finish', () => { configuration.LastUpdateStatus = 'Successful'; });
    }
    response.end(JSON.stringify(configuration));
  });
  await new Promise((resolve) => aws.listen(0, '127.0.0.1', resolve));
  const env = { ...process.env, AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' };
  const { code, stdout, stderr } = await run(['bench', 'lambda:shop', '--endpoint',
    `http://127.0.0.1:${aws.address().port}`, '--region', 'eu-central-1', '--scenario', 'cold', '--count', '3',
    '--grpc', '127.0.0.1:1', '--json', '-'], { env });
  aws.closeAllConnections();
  aws.close();
  assert.equal(code, 0, stderr);
  const result = JSON.parse(stdout);
  check(result);
  assert.deepEqual(result.groups.cold.starts, { cold: 3 });
  assert.equal(result.groups.cold.phases.init.p50, 101.25);
  assert.equal(result.groups.cold.phases.run.p50, 2.5);
  assert.deepEqual(configuration.Environment.Variables, { STAGE: 'test' });
  assert.ok(seen.every((value) =>
    /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/lambda\/aws4_request, SignedHeaders=[a-z;-]*host;x-amz-date[a-z;-]*, Signature=[0-9a-f]{64}$/
      .test(value)), seen[0]);
});

test('the table is readable', async () => {
  const { stdout, code } = await command('bench', `${url}/`, '--count', '20', '--rate', '200', '--warmup', '0s');
  assert.equal(code, 0);
  assert.match(stdout, /requests {4}20 in [\d.]+ s, \d+\/s of 200\/s asked for/);
  assert.match(stdout, /latency ms +n +min +mean +p50 +p90 +p95 +p99 +p99\.9 +p99\.99 +max/);
  assert.doesNotMatch(stdout, /\x1b/);
});

test('Ctrl-C ends the run early and shows what there is', async () => {
  const before = served;
  const child = spawn(BINARY, ['bench', `${url}/`, '--rate', '100', '--duration', '10m', '--warmup', '0s', '--json', '-']);
  const output = text(child.stdout);
  await eventually('there are some answers', () => served - before >= 10);
  child.kill('SIGINT');
  const code = await new Promise((resolve) => child.on('exit', resolve));
  assert.equal(code, 0);
  const result = JSON.parse(await output);
  check(result);
  assert.ok(result.n >= 9 && result.n <= served - before, `${result.n} of ${served - before}`);
});

test('https: the certificate is verified, unless --insecure', async () => {
  const { key, cert } = selfSigned();
  const secure = createSecureServer({ key, cert }, (request, response) => response.end('x'.repeat(100_000)));
  await new Promise((resolve) => secure.listen(0, '127.0.0.1', resolve));
  const args = ['bench', `https://localhost:${secure.address().port}/`, '--scenario', 'sequential', '--count', '5',
    '--warmup', '0s', '--json', '-'];
  const results = await Promise.all([
    run(args),
    run([...args, '--insecure']),
    run(args, { env: { ...process.env, SSL_CERT_FILE: path.join(fixture({ 'ca.pem': cert }), 'ca.pem') } }),
  ]);
  secure.closeAllConnections();
  secure.close();
  assert.deepEqual(results.map(({ code }) => code), [1, 0, 0]);
  const [refused, insecure, trusted] = results.map(({ stdout }) => JSON.parse(stdout));
  assert.equal(refused.outcomes.error, 5);
  assert.match(refused.errors[0].message, /^TLS: the certificate: self.signed certificate/);
  assert.equal(insecure.outcomes.ok, 5);
  assert.equal(trusted.outcomes.ok, 5);
});
