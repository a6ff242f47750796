import assert from 'node:assert/strict';
import { test } from 'node:test';

import { format, median, quantile, ratio, rotated, summary } from './stats.mjs';

test('a median is the value in the middle, or the mean of two', () => {
  assert.equal(median([5, 1, 3]), 3);
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.equal(median([]), NaN);
});

test('a quantile is a value that was measured: the nearest rank', () => {
  const values = Array.from({ length: 100 }, (_, n) => 100 - n);
  assert.equal(quantile(values, 0.5), 50);
  assert.equal(quantile(values, 0.99), 99);
  assert.equal(quantile(values, 1), 100);
  assert.equal(quantile([7], 0.01), 7);
  assert.equal(quantile([], 0.5), NaN);
});

test('values are not changed by looking at them', () => {
  const values = [3, 1, 2];
  quantile(values, 0.5);
  median(values);
  assert.deepEqual(values, [3, 1, 2]);
});

test('a summary spans all values', () => {
  assert.deepEqual(summary([3, 9, 4]), { median: 4, min: 3, max: 9, n: 3 });
});

test('ratios are of the same round, so a slow round is in both', () => {
  const ours = new Map([
    [0, 10],
    [1, 100],
    [2, 10],
  ]);
  const theirs = new Map([
    [0, 20],
    [1, 200],
    [2, 30],
  ]);
  assert.deepEqual(ratio(ours, theirs, 'lower'), { median: 2, min: 2, max: 3, n: 3 });
});

test('a ratio above 1 is in our favour, whichever way is better', () => {
  const [ours, theirs] = [new Map([[0, 300]]), new Map([[0, 100]])];
  assert.equal(ratio(ours, theirs, 'higher').median, 3);
  assert.equal(ratio(ours, theirs, 'lower').median, 1 / 3);
});

test('rounds that one of them missed make no ratio', () => {
  assert.deepEqual(
    ratio(
      new Map([
        [0, 1],
        [1, 2],
      ]),
      new Map([
        [1, 8],
        [2, 9],
      ]),
      'lower',
    ),
    { median: 4, min: 4, max: 4, n: 1 },
  );
  assert.equal(ratio(new Map([[0, 1]]), new Map([[1, 1]]), 'lower'), undefined);
});

test('nothing is divided by zero', () => {
  assert.equal(ratio(new Map([[0, 0]]), new Map([[0, 5]]), 'lower'), undefined);
});

test('each round visits all, in another order, and not always after the same one', () => {
  const rounds = [0, 1, 2, 3].map((round) => rotated(['a', 'b', 'c', 'd'], round).join(''));
  assert.deepEqual(rounds, ['abcd', 'adcb', 'cdab', 'cbad']);
  assert.deepEqual(rotated([], 3), []);
});

test('figures have three digits', () => {
  const formatted = [0, 0.01234, 0.5, 1.2345, 12.345, 123.45, 1234.5, 987654.3, NaN].map(format);
  assert.deepEqual(formatted, ['0.000', '0.012', '0.500', '1.23', '12.3', '123', '1,235', '987,654', '-']);
});
