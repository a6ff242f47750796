// What plots need from a histogram of latencies. Pure functions.
import type { Histogram } from './result.ts';

export const total = (histogram: Histogram): number => histogram.reduce((sum, [, count]) => sum + count, 0);

// Each bucket by its middle instead of its upper bound, as quantiles are told; `error` is half its relative width.
export const byMiddle = (histogram: Histogram, error: number): Histogram =>
  histogram.map(([upper, count]): [number, number] => [upper * (1 - error), count]);

// "Nines": 1 for p90, 2 for p99, 3 for p99.9. It spreads the tail of a distribution over a linear axis.
export const ninesOf = (quantile: number): number => Math.log10(1 / (1 - quantile));
export const quantileOf = (nines: number): number => 1 - 10 ** -nines;

// The quantile's name: p50, p99.9.
export const quantileName = (quantile: number): string => `p${Number((quantile * 100).toPrecision(12))}`;

// The bucket that each of the quantiles falls into; they must ascend. NaN for an empty histogram.
export function quantiles(histogram: Histogram, wanted: readonly number[]): number[] {
  const n = total(histogram);
  let bucket = 0;
  let seen = histogram[0]?.[1] ?? 0;
  return wanted.map((quantile) => {
    // What floating point adds to a whole number must not cost one more request.
    const rank = Math.max(1, Math.ceil(quantile * n - 1e-6));
    while (bucket < histogram.length - 1 && seen < rank) {
      bucket += 1;
      seen += histogram[bucket]![1];
    }
    return histogram[bucket]?.[0] ?? NaN;
  });
}

export interface Bins {
  edges: number[]; // one more than there are bins
  counts: number[][]; // per histogram, per bin
}

// The same logarithmic bins, at most `most`, for all the histograms. None is narrower than four buckets (`error` is half the
// width of one): bins of one bucket and of two would alternate.
export function bins(histograms: readonly Histogram[], error: number, most: number): Bins {
  const values = histograms.flatMap((histogram) => histogram.map(([value]) => value)).filter((value) => value > 0);
  if (values.length === 0) return { edges: [], counts: histograms.map(() => []) };
  const narrowest = 8 * error;
  const middle = Math.log(values.reduce((a, b) => Math.min(a, b)) * values.reduce((a, b) => Math.max(a, b))) / 2;
  const half = Math.max(narrowest / 2, Math.log(values.reduce((a, b) => Math.max(a, b))) - middle + error);
  const low = middle - half;
  const number = Math.max(1, Math.min(most, Math.floor((2 * half) / narrowest)));
  const width = (2 * half) / number;
  const edges = Array.from({ length: number + 1 }, (_, i) => Math.exp(low + i * width));
  const counts = histograms.map((histogram) => {
    const filled = new Array<number>(number).fill(0);
    for (const [value, amount] of histogram) {
      const bin = value > 0 ? Math.floor((Math.log(value) - low) / width) : 0;
      filled[Math.max(0, Math.min(number - 1, bin))]! += amount;
    }
    return filled;
  });
  return { edges, counts };
}
