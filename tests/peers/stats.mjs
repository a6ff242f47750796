// Statistics of a run.

// The q-quantile by the nearest rank, 0 < q <= 1. NaN without values.
export function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length === 0 ? NaN : sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)];
}

// The mean of the two in the middle, if there is an even number of values.
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return NaN;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

// The median of some values and how far they spread.
export function summary(values) {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values), n: values.length };
}

// How many times better the first is than the second, round by round: values are Maps of round to value. Both of a pair
// come from the same round, so what slowed the machine down in one round is in both. Undefined without a common round.
export function ratio(ours, theirs, better) {
  const pairs = [];
  for (const [round, value] of ours) {
    if (!theirs.has(round)) continue;
    const [over, under] = better === 'higher' ? [value, theirs.get(round)] : [theirs.get(round), value];
    if (under > 0) pairs.push(over / under);
  }
  return pairs.length === 0 ? undefined : summary(pairs);
}

// The order of one round: each round begins one further on, and every other one goes backwards, so that none always runs
// after the same one.
export function rotated(list, round) {
  const order = list.map((_, at) => list[(at + round) % list.length]);
  return round % 2 === 1 ? order.reverse() : order;
}

// With three significant digits, but all digits before the point.
export function format(value) {
  if (!Number.isFinite(value)) return '-';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.max(Math.abs(value), 1e-9))));
  return value.toLocaleString('en-US', {
    minimumFractionDigits: Math.min(digits, 3),
    maximumFractionDigits: Math.min(digits, 3),
  });
}
