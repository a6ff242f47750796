import assert from 'node:assert/strict';
import { test } from 'node:test';

import { page } from './page.mjs';
import { baseline, figures, markdown, ratioTable, text } from './table.mjs';
import { judge } from './targets.mjs';

const PEERS = [
  { name: 'hearth-fetch', title: 'hearth, fetch', what: 'ours' },
  { name: 'workerd', title: 'workerd', against: 'hearth-fetch', what: 'theirs' },
  { name: 'hearth-server', title: 'hearth, server', what: 'ours' },
  { name: 'node', title: 'node', against: 'hearth-server', what: 'theirs' },
];

const COLD = { key: 'cold/hello/p50', measure: 'cold', title: 'Cold start', unit: 'ms', better: 'lower' };
const RATE = { key: 'warm/hello/32/rate', measure: 'warm', title: 'Warm rate', unit: 'requests/s', better: 'higher' };

const result = (row, peer, round, value, variant) => ({ key: row.key, peer, round, value, variant });

function run(results, rows = [COLD, RATE]) {
  const machine = {
    cpuModel: 'a processor',
    cpus: 2,
    memoryGib: 24,
    kernel: '6.1',
    user: 'root',
    load: 0.1,
    commit: 'abc1234',
  };
  return {
    date: '2026-11-28 12:00 UTC',
    command: 'make bench-peers',
    rounds: 2,
    quick: false,
    generator: 'hearth bench',
    minutes: 1,
    machine,
    versions: ['hearth 1', 'workerd 2'],
    peers: PEERS,
    rows,
    results,
  };
}

const TWO_ROUNDS = run([
  result(COLD, 'hearth-fetch', 0, 2, 'template'),
  result(COLD, 'hearth-fetch', 1, 4, 'template'),
  result(COLD, 'hearth-fetch', 0, 5, 'stem'),
  result(COLD, 'workerd', 0, 12, 'dynamic worker'),
  result(COLD, 'workerd', 1, 20, 'dynamic worker'),
  result(COLD, 'workerd', 0, 60, 'process'),
  result(RATE, 'hearth-fetch', 0, 30_000),
  result(RATE, 'workerd', 0, 60_000),
]);

test('Express is held against the hearth that runs it', () => {
  const [, workerd, , node] = PEERS;
  assert.equal(baseline(workerd, 'cold/hello/p50'), 'hearth-fetch');
  assert.equal(baseline(workerd, 'cold/express/p50'), 'hearth-server');
  assert.equal(baseline(node, 'cold/express/p50'), 'hearth-server');
  assert.equal(baseline(PEERS[0], 'cold/hello/p50'), undefined);
});

test('each variant of a peer is held against the first one of hearth', () => {
  const found = figures(TWO_ROUNDS, COLD).map(({ peer, variant, summary, ratio }) => [
    peer.name,
    variant,
    summary.median,
    ratio?.median,
  ]);
  assert.deepEqual(found, [
    ['hearth-fetch', 'template', 3, undefined],
    ['hearth-fetch', 'stem', 5, undefined],
    ['workerd', 'dynamic worker', 16, 5.5],
    ['workerd', 'process', 60, 30],
  ]);
});

test('the table of ratios has the first variant of each peer, and leaves out what was not measured', () => {
  assert.deepEqual(ratioTable(TWO_ROUNDS), {
    columns: ['', 'workerd', 'node'],
    lines: [
      ['Cold start', '5.50× (5.00–6.00)', ''],
      ['Warm rate', '0.500×', ''],
    ],
  });
});

test('a row that is not compared has figures only', () => {
  const idle = { ...COLD, compared: false };
  const compared = run(TWO_ROUNDS.results, [idle]);
  assert.deepEqual(ratioTable(compared).lines, []);
  assert.match(page(compared), /^\| workerd: dynamic worker \| 16\.0 \(12\.0–20\.0\) \|$/m);
});

test('what failed is no figure', () => {
  const failed = run([
    result(COLD, 'hearth-fetch', 0, 2),
    { step: 'cold hello', peer: 'workerd', round: 0, error: 'it broke\nat length' },
  ]);
  assert.equal(figures(failed, COLD).length, 1);
  assert.match(page(failed), /## What failed\n\n- workerd, cold hello, round 1: it broke\n/);
});

test("the page says whose rate is the generator's", () => {
  const rates = [result(RATE, 'node', 0, 9), { ...result(RATE, 'workerd', 0, 8), limited: true }];
  assert.match(page(run(rates)), /In 1 of 2 measurements the generator was at its own limit: workerd \(hello, 32\)\./);
  assert.ok(!page(TWO_ROUNDS).includes('its own limit'));
});

test('tables are aligned for a terminal, and are Markdown on a page', () => {
  const table = {
    columns: ['', 'b'],
    lines: [
      ['long', '1'],
      ['x', '22'],
    ],
  };
  assert.equal(text(table), '       b\nlong   1\nx     22');
  assert.equal(markdown(table), '|  | b |\n|---|---:|\n| long | 1 |\n| x | 22 |');
  assert.match(markdown(table, { text: true }), /^\|---\|---\|$/m);
});

test('targets are judged by the median, those not measured not at all', () => {
  assert.deepEqual(
    judge(TWO_ROUNDS).map(({ text: measured, met }) => [measured, met]),
    [
      ['5.50× (5.00–6.00)', true],
      ['0.500×', false],
    ],
  );
});

test('a quick run reaches no target', () => {
  assert.deepEqual(judge({ ...TWO_ROUNDS, quick: true }), []);
});

test('a difference between peers is taken round by round', () => {
  const p50 = { key: 'warm/hello/1/p50', measure: 'warm', title: 'p50', unit: 'ms', better: 'lower' };
  const values = [
    [0, 0.05, 0.02],
    [1, 0.25, 0.2],
  ];
  const results = values.flatMap(([round, ours, theirs]) => [
    result(p50, 'hearth-server', round, ours),
    result(p50, 'node', round, theirs),
  ]);
  assert.deepEqual(
    judge(run(results, [p50])).map(({ text: measured, met }) => [measured, met]),
    [['40.0 µs (30.0–50.0)', true]],
  );
});

test('the page says when, how and on what, and holds every figure', () => {
  const written = page(TWO_ROUNDS);
  for (const part of [
    'Written by `make bench-peers` of the tree at abc1234 on 2026-11-28 12:00 UTC',
    'a processor, 2 cores',
    'hearth 1; workerd 2',
    '| workerd: dynamic worker | 16.0 (12.0–20.0) | 5.50× (5.00–6.00) |',
    '| workerd, fresh process | 60.0 | 30.0× |',
    '| hearth, fetch | 30,000 |  |',
    '**missed**',
  ]) {
    assert.ok(written.includes(part), `${part} is not in\n${written}`);
  }
  assert.ok(!written.includes('## What failed'));
});
