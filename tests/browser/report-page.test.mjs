// The pure functions of bench/report/page. They are TypeScript, which Node runs as it is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { count, date, milliseconds, percent, plain, seconds, shellWord, significant } from '../../bench/report/page/format.ts';
import { bins, byMiddle, ninesOf, quantileName, quantileOf, quantiles, total } from '../../bench/report/page/histogram.ts';
import { logRange, logTicks, spansDecades } from '../../bench/report/page/scale.ts';

const SPACE = '\u00a0';

test('numbers have three digits and their unit', () => {
  assert.deepEqual([0, 0.001234, 0.0996, 0.5, 1, 9.996, 12.345, 99.94, 99.96, 1234567].map(significant),
    ['0', '0.00123', '0.0996', '0.500', '1.00', '10.00', '12.3', '99.9', '100', '1,234,567']);
  assert.deepEqual([0, 0.5, 1, 2.25, 10, 100, 1000].map(plain), ['0', '0.5', '1', '2.25', '10', '100', '1,000']);
  assert.equal(milliseconds(4.271), `4.27${SPACE}ms`);
  assert.equal(count(15195), '15,195');
  assert.deepEqual([0.5, 59.94, 60, 3725].map(seconds), [`0.5${SPACE}s`, `59.9${SPACE}s`, `1${SPACE}min`, `1${SPACE}h 2${SPACE}min 5${SPACE}s`]);
});

test('a share of almost all is not all, and one of almost none not none', () => {
  assert.deepEqual([0, 1e-9, 0.0014, 0.5, 0.9982, 0.999999, 1].map(percent),
    ['0', '<0.01', '0.14', '50.00', '99.82', '>99.99', '100'].map((text) => `${text}${SPACE}%`));
});

test('dates and commands', () => {
  assert.equal(date('2026-11-28T11:00:00Z'), '2026-11-28 11:00:00 UTC');
  assert.equal(date('yesterday'), 'yesterday');
  assert.deepEqual(['hearth', 'http://a/?b', "it's", ''].map(shellWord), ['hearth', `'http://a/?b'`, `'it'\\''s'`, `''`]);
});

test('quantiles are those of the requests', () => {
  const histogram = [[1, 50], [3, 49], [9, 1]];
  assert.equal(total(histogram), 100);
  assert.deepEqual(quantiles(histogram, [0, 0.5, 0.51, 0.99, 0.999, 1]), [1, 1, 3, 3, 9, 9]);
  assert.deepEqual(quantiles([], [0.5]), [NaN]);
  assert.deepEqual(quantiles(Array.from({ length: 100 }, (_, i) => [i + 1, 1]), [0.07, 0.57]), [7, 57]);
  assert.deepEqual(byMiddle([[128, 2]], 1 / 128), [[127, 2]]);
});

test('nines', () => {
  assert.equal(ninesOf(0), 0);
  assert.ok(Math.abs(ninesOf(0.999) - 3) < 1e-9);
  assert.ok(Math.abs(quantileOf(2) - 0.99) < 1e-12);
  assert.deepEqual([0.5, 0.99, 0.999, 0.9999].map(quantileName), ['p50', 'p99', 'p99.9', 'p99.99']);
});

test('bins hold every request, and are not finer than the histogram', () => {
  const error = 1 / 256;
  const narrow = Array.from({ length: 20 }, (_, i) => [4 * 1.0078 ** i, 5]);
  const wide = [[0.01, 3], [1, 4], [100, 5]];
  for (const histograms of [[narrow], [wide], [narrow, wide], [[[7, 1]]], [[[0, 2], [1, 1]]]]) {
    const { edges, counts } = bins(histograms, error, 64);
    assert.ok(edges.length >= 2 && edges.length <= 65);
    for (let i = 1; i < edges.length; ++i) assert.ok(edges[i] / edges[i - 1] >= Math.exp(8 * error) * (1 - 1e-9), `${edges[i - 1]} ${edges[i]}`);
    histograms.forEach((histogram, i) => assert.equal(counts[i].reduce((a, b) => a + b), total(histogram)));
    assert.ok(edges[0] <= Math.min(...histograms.flat().map(([value]) => value || Infinity)));
    assert.ok(edges.at(-1) >= Math.max(...histograms.flat().map(([value]) => value)));
  }
  assert.deepEqual(bins([[], []], error, 64), { edges: [], counts: [[], []] });
});

test('logarithmic axes have ticks at any range', () => {
  assert.deepEqual(logTicks([0.1, 100]), [0.1, 0.3, 1, 3, 10, 30, 100]);
  assert.deepEqual(logTicks([0.5, 20]), [0.5, 1, 2, 5, 10, 20]);
  assert.deepEqual(logTicks([0.01, 1000]), [0.01, 0.1, 1, 10, 100, 1000]);
  for (const range of [[1.2, 1.5], [4, 4.1], [0.003, 0.004], [900, 1300], [1, 7]]) {
    const ticks = logTicks(range);
    assert.ok(ticks.length >= 3 && ticks.length <= 8, `${range}: ${ticks}`);
    assert.ok(ticks.every((tick) => tick >= range[0] && tick <= range[1] * (1 + 1e-9)), `${range}: ${ticks}`);
  }
  assert.deepEqual([logTicks([0, 1]), logTicks([2, 2])], [[], []]);
});

test('ranges leave room, and ignore what has no logarithm', () => {
  const [low, high] = logRange([null, 0, 2, undefined, 8]);
  assert.ok(low < 2 && low > 1.5 && high > 8 && high < 10);
  assert.equal(logRange([null, 0]), undefined);
  const [from, to] = logRange([3]);
  assert.ok(from < 3 && to > 3);
  assert.ok(spansDecades([1, 100]) && !spansDecades([1, 20]));
});
