// The whole distribution of latency: the percentile curve, and cold beside warm.
import uPlot from 'uplot';
import { dataOf, section, table } from './dom.ts';
import { count, milliseconds, percent, plain, plainPercent, significant } from './format.ts';
import { bins, byMiddle, ninesOf, quantileName, quantileOf, quantiles, total } from './histogram.ts';
import { axis, logAxis, plot } from './plot.ts';
import { type GroupName, groupsOf, type Histogram, type Result } from './result.ts';
import { logRange, type Range, spansDecades } from './scale.ts';
import { translucent } from './theme.ts';

const NOTHING = '–';
const CURVE_POINTS = 300;
const MOST_BINS = 64;
// Half a bucket, if the result does not say.
const DEFAULT_ERROR = 0.01;
const NAMED_QUANTILES = [0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999, 0.9995, 0.9999, 0.99999, 0.999999];

const errorOf = (result: Result): number => result.histogram_error ?? DEFAULT_ERROR;

function histogramsOf(result: Result): [GroupName, Histogram][] {
  return groupsOf(result).flatMap(([name, { histogram }]): [GroupName, Histogram][] =>
    histogram && total(histogram) > 0 ? [[name, byMiddle(histogram, errorOf(result))]] : []);
}

// The nines at which n requests end: the slowest of them stands for the last half of its share.
const endOf = (histogram: Histogram): number => ninesOf(1 - 0.5 / total(histogram));

export function percentileCurve(result: Result): HTMLElement | undefined {
  const groups = histogramsOf(result);
  if (groups.length === 0) return undefined;
  const end = groups.map(([, histogram]) => endOf(histogram)).reduce((a, b) => Math.max(a, b));
  const nines = Array.from({ length: CURVE_POINTS + 1 }, (_, i) => (i / CURVE_POINTS) * end);
  const curves = groups.map(([, histogram]) => {
    const last = endOf(histogram) + 1e-9;
    return quantiles(histogram, nines.map(quantileOf)).map((value, i) => (nines[i]! <= last ? value : null));
  });
  const range = logRange(curves.flat());
  if (!range) return undefined;

  const logarithmic = spansDecades(range);
  const scale: Range = logarithmic ? [Math.log10(range[0]), Math.log10(range[1])] : [0, range[1] * 1.05];
  const place = (value: number | null): number | null => (value === null || !logarithmic ? value : Math.log10(Math.max(value, 1e-9)));
  const ticks = [0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999, 0.999999].filter((quantile) => ninesOf(quantile) <= end);

  const figure = plot({
    title: 'Percentile curve',
    description: 'Latency below which a share of the requests stayed; the axis spreads the slowest requests.',
    height: 300,
    lines: groups.map(([label], group) => ({
      label, color: label, show: (i) => (curves[group]![i] == null ? NOTHING : milliseconds(curves[group]![i])),
    })),
    data: [nines, ...curves.map((curve) => curve.map(place))],
    position: (i) => `at p${Number((quantileOf(nines[i]!) * 100).toFixed(Math.max(0, Math.ceil(nines[i]!))))}`,
    options: (colors) => ({
      scales: { x: { time: false, range: [0, end] }, y: { range: scale } },
      axes: [
        axis(colors, 'x', 'percentile', (nines) => quantileName(quantileOf(nines)), { splits: () => ticks.map(ninesOf), filter: (_, all) => all }),
        logarithmic ? logAxis(colors, 'y', range, plain) : axis(colors, 'y', 'ms', plain),
      ],
      series: [{}, ...groups.map(([name]): uPlot.Series => ({
        stroke: colors[name], width: name === 'all' ? 1.5 : 2, points: { show: false }, ...(name === 'all' && { dash: [5, 4] }),
      }))],
    }),
  });

  const data = dataOf(() => {
    const wanted = NAMED_QUANTILES.filter((quantile) => ninesOf(quantile) <= end + 1e-9);
    const columns = groups.map(([, histogram]) => {
      const last = endOf(histogram) + 1e-9;
      return quantiles(histogram, wanted).map((value, i) => (ninesOf(wanted[i]!) <= last ? milliseconds(value) : NOTHING));
    });
    return table('Percentiles', [{ title: 'percentile' }, ...groups.map(([title]) => ({ title }))],
      wanted.map((quantile, i) => [quantileName(quantile), ...columns.map((column) => column[i]!)]));
  });
  return section('percentiles', 'Percentiles', figure, data);
}

// Cold beside warm where the platform tells them apart, else all. Each group's bars add up to 100 %: there may be a
// thousand warm requests for each cold one.
export function distribution(result: Result): HTMLElement | undefined {
  const split = histogramsOf(result).filter(([name]) => name !== 'all');
  const groups = split.length > 0 ? split : histogramsOf(result);
  if (groups.length === 0) return undefined;
  const { edges, counts } = bins(groups.map(([, histogram]) => histogram), errorOf(result), MOST_BINS);
  if (edges.length === 0) return undefined;
  const shares = counts.map((filled, group) => filled.map((amount) => amount / total(groups[group]![1])));
  const range: Range = [edges[0]!, edges.at(-1)!];
  const title = split.length === 2 ? 'Cold and warm' : 'Distribution';
  const bin = (i: number): string => `${significant(edges[i]!)} to ${milliseconds(edges[i + 1]!)}`;
  // A step for the last bin needs a place to end.
  const steps = (values: number[]): number[] => [...values, values.at(-1)!];

  const figure = plot({
    title: split.length === 2 ? 'Latency of cold and warm requests' : 'Latency of requests',
    description: 'Histogram: the share of each group by latency, logarithmic.',
    lines: groups.map(([label], group) => ({
      label, color: label, mark: 'area', show: (i) => percent(shares[group]![Math.min(i, shares[group]!.length - 1)]!),
    })),
    data: [edges.map(Math.log10), ...shares.map(steps)],
    position: (i) => bin(Math.min(i, edges.length - 2)),
    options: (colors) => ({
      scales: { x: { time: false, range: [Math.log10(range[0]), Math.log10(range[1])] }, y: { range: (_, __, high) => [0, high * 1.08 || 1] } },
      axes: [
        logAxis(colors, 'x', range, plain),
        axis(colors, 'y', 'share of the group', plainPercent),
      ],
      series: [{}, ...groups.map(([name]): uPlot.Series => ({
        stroke: colors[name], width: 1.5, fill: translucent(colors[name], 0.28), paths: uPlot.paths.stepped!({ align: 1 }), points: { show: false },
      }))],
    }),
  });
  const data = dataOf(() => table(title, [{ title: 'latency' }, ...groups.map(([name]) => ({ title: name }))],
    edges.slice(0, -1).map((_, i) => [bin(i), ...counts.map((filled) => count(filled[i]!))])));
  return section('distribution', title, figure, data);
}
