// What is done with results of `hearth bench --json`: `hearth bench compare` and `hearth bench report`. What the report shows
// is tested in a browser (tests/browser), the statistics beside their code (bench/compare).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { minimal, realistic } from '../browser/results.mjs';
import { run } from './command.mjs';
import { fixture } from './harness.mjs';

// All latencies a fifth longer, and so are the counts' bounds.
function slower(result) {
  const group = result.groups.cold;
  for (const name of Object.keys(group.latency)) group.latency[name] *= 1.2;
  group.histogram = group.histogram.map(([bound, count]) => [bound * 1.2, count]);
  return result;
}

const FOLDER = fixture({
  'before.json': JSON.stringify(realistic()),
  'after.json': JSON.stringify(slower(realistic())),
  'few.json': JSON.stringify(minimal()),
  'text.json': 'p50  1 ms\n',
  'foreign.json': '{"latency": 1}',
  'broken.json': JSON.stringify({ ...minimal(), groups: { all: { n: 3, latency: { p50: '1 ms' } } } }),
});

const inFolder = (args, options) => run(args, { cwd: FOLDER, ...options });
const compare = (...args) => inFolder(['bench', 'compare', ...args]);
const verdictsOf = ({ metrics }) => Object.fromEntries(metrics.map(({ group, metric, verdict }) => [`${group} ${metric}`, verdict]));

test('a fifth more is told as worse, in figures and by exit code', async () => {
  const { code, stdout, stderr } = await compare('before.json', 'after.json');
  assert.deepEqual([code, stderr], [0, '']);
  assert.match(stdout, /^A {2}before\.json .*\nB {2}after\.json /);
  assert.match(stdout, /^cold +p50 +4\.27 ms +5\.12 ms +\+20\.0 % .* worse$/m);
  assert.match(stdout, /^warm +p50 .* same$/m);
  assert.doesNotMatch(stdout, /warning|\u001b/);

  for (const [args, expected] of [
    [['before.json', 'after.json', '--fail-on-worse'], 5],
    [['before.json', 'after.json', '--fail-on-worse=19'], 5],
    [['before.json', 'after.json', '--fail-on-worse', '21'], 0],
    [['after.json', 'before.json', '--fail-on-worse'], 0],
    [['before.json', 'before.json', '--fail-on-worse=0%'], 0],
  ]) {
    assert.equal((await compare(...args)).code, expected, args.join(' '));
  }
});

test('--json says the same, and the same each time', async () => {
  const [first, second] = await Promise.all([1, 2].map(() => compare('before.json', 'after.json', '--json')));
  assert.equal(first.stdout, second.stdout);
  const comparison = JSON.parse(first.stdout);
  assert.equal(comparison.schema, 'hearth.compare/1');
  assert.deepEqual([comparison.a.file, comparison.b.file, comparison.warnings], ['before.json', 'after.json', []]);
  const verdicts = verdictsOf(comparison);
  assert.deepEqual([verdicts['cold p50'], verdicts['cold p90'], verdicts['warm p99'], verdicts['cold start mean']],
    ['worse', 'worse', 'same', 'not_judged']);
  const p50 = comparison.metrics.find(({ group, metric }) => group === 'cold' && metric === 'p50');
  assert.ok(p50.change[0] > 0 && p50.change[0] < 0.2 && p50.change[1] > 0.2, `${p50.change}`);
});

test('results that should not be compared are, with warnings', async () => {
  const { code, stdout } = await compare('before.json', 'few.json', '--json');
  assert.equal(code, 0);
  const comparison = JSON.parse(stdout);
  assert.ok(comparison.warnings.includes('different scenario: burst in A, sequential in B'), `${comparison.warnings}`);
  assert.ok(comparison.warnings.includes('different seed: 7 in A, 1 in B'), `${comparison.warnings}`);
  assert.equal(verdictsOf(comparison)['all p50'], 'not_judged');
});

test('mistakes have a message and the exit code 2', async () => {
  for (const [args, message] of [
    [['before.json', 'none.json'], 'there is no file "none.json"'],
    [['text.json', 'before.json'], '"text.json" holds no JSON'],
    [['before.json', 'foreign.json'], '"foreign.json" is no result of `hearth bench --json`: it has no member "schema"'],
    [['broken.json', 'before.json'], '"broken.json": groups.all.latency.p50 must be a number of 0 or more'],
    [['.', 'before.json'], '"." is a folder'],
    [['-', '-'], 'only one of A and B can be standard input'],
    [['before.json', 'after.json', '--fail-on-worse=much'], '--fail-on-worse: "much" is no percentage'],
    [['before.json', 'after.json', '--fail-on-worse=-1'], '--fail-on-worse: "-1" is no percentage'],
  ]) {
    const { code, stdout, stderr } = await compare(...args);
    assert.deepEqual([code, stdout], [2, ''], args.join(' '));
    assert.ok(stderr.startsWith(`error: ${message}`), stderr);
  }
  assert.equal((await compare('before.json')).code, 2);
});

test('a report is made from a file or from standard input', async () => {
  const made = await inFolder(['bench', 'report', 'few.json', '-o', 'few.html']);
  assert.deepEqual(made, { code: 0, stdout: '', stderr: '' });
  const page = readFileSync(path.join(FOLDER, 'few.html'), 'utf8');
  assert.match(page, /^<!doctype html>/);
  const piped = await inFolder(['bench', 'report', '-', '-o', '-'], { input: readFileSync(path.join(FOLDER, 'few.json')) });
  assert.deepEqual([piped.code, piped.stdout], [0, page]);

  for (const [args, message] of [
    [['foreign.json', '-o', 'x.html'], '"foreign.json" is no result'],
    [['few.json', '-o', 'none/x.html'], '--out: cannot write "none/x.html"'],
  ]) {
    const { code, stderr } = await inFolder(['bench', 'report', ...args]);
    assert.deepEqual([code, stderr.startsWith(`error: ${message}`)], [2, true], stderr);
  }
});
