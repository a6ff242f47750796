// What happened over time: latency and errors, rate and cold starts, the pool's instances, the target's CPU and memory.
import uPlot from 'uplot';
import { type Column, dataOf, section, table } from './dom.ts';
import { cores, count, mebibytes, milliseconds, perSecond, plain, seconds } from './format.ts';
import { axis, type Line, logAxis, plot } from './plot.ts';
import { type Result, type Series, STATE_NAMES, type StateName, type Values } from './result.ts';
import { logRange, type Range, spansDecades } from './scale.ts';
import { type Color, type Palette, translucent } from './theme.ts';

// The cursors of all these plots move together.
const CURSOR: uPlot.Cursor = { sync: { key: 'time', setSeries: false } };
const NOTHING = '–';
const STEPS = uPlot.paths.stepped!({ align: 1 });
// Distances of ticks where there are no fractions.
const WHOLE = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];

// Interval i of the series is [t[i], t[i] + length).
interface Intervals {
  t: number[];
  length: number;
}

function intervalsOf({ series }: Result): Intervals | undefined {
  const t = series?.t;
  if (!t || t.length === 0) return undefined;
  return { t, length: series.interval_s ?? (t.length > 1 ? t[1]! - t[0]! : 1) };
}

// What holds for a whole interval is drawn as steps, of which the last needs a place to end.
const edges = ({ t, length }: Intervals): number[] => [...t, t.at(-1)! + length];
const steps = <T>(values: T[]): T[] => [...values, values.at(-1)!];

const has = (values: Values | undefined): values is Values => values?.some((value) => value !== null) ?? false;
const at = (values: Values | undefined, i: number, format: (value: number) => string): string =>
  values?.[i] == null ? NOTHING : format(values[i]);
// What is looked at more seldom than once an interval holds until it is looked at again.
function held(values: Values): Values {
  let last: number | null = null;
  return values.map((value) => (last = value ?? last));
}

const position = (t: number[]) => (i: number): string => `at ${seconds(t[i]!)}`;

const timeAxis = (colors: Palette): uPlot.Axis => axis(colors, 'x', 'seconds since the start', plain);
const timeScale = ({ t, length }: Intervals): uPlot.Scale => ({ time: false, range: [t[0]!, t.at(-1)! + length] });

function dataTable(caption: string, { t }: Intervals, columns: [string, Values | undefined, (value: number) => string][]): HTMLElement {
  const present = columns.filter(([, values]) => has(values));
  const titles: Column[] = [{ title: 'time' }, ...present.map(([title]) => ({ title }))];
  return dataOf(() => table(caption, titles,
    t.map((time, i) => [seconds(time), ...present.map(([, values, format]) => at(values, i, format))])));
}

// Each interval with errors: a tinted column and a triangle at its foot, so that it is not told by colour alone.
function markErrors(errors: Values, { t, length }: Intervals, colors: Palette): (chart: uPlot) => void {
  return (chart) => {
    const { ctx, bbox } = chart;
    const size = 5 * uPlot.pxRatio;
    const foot = bbox.top + bbox.height;
    ctx.save();
    errors.forEach((amount, i) => {
      if (!amount) return;
      const from = chart.valToPos(t[i]!, 'x', true);
      const to = chart.valToPos(t[i]! + length, 'x', true);
      ctx.fillStyle = translucent(colors.error, 0.16);
      ctx.fillRect(from, bbox.top, to - from, bbox.height);
      ctx.fillStyle = colors.error;
      const middle = (from + to) / 2;
      ctx.beginPath();
      ctx.moveTo(middle - size, foot);
      ctx.lineTo(middle + size, foot);
      ctx.lineTo(middle, foot - 1.8 * size);
      ctx.fill();
    });
    ctx.restore();
  };
}

function latencyPlot(intervals: Intervals, { p50, p99, errors }: Series): HTMLElement | undefined {
  const { t, length } = intervals;
  const quantiles: [string, Values, Color][] = [];
  if (has(p50)) quantiles.push(['p50', p50, 'p50']);
  if (has(p99)) quantiles.push(['p99', p99, 'p99']);
  const range = logRange(quantiles.flatMap(([, values]) => values));
  if (!range) return undefined;

  const logarithmic = spansDecades(range);
  const scale: Range = logarithmic ? [Math.log10(range[0]), Math.log10(range[1])] : [0, range[1] * 1.05];
  const place = (value: number | null): number | null =>
    value === null ? null : logarithmic ? (value > 0 ? Math.log10(value) : null) : value;
  const failed = has(errors) && errors.some((amount) => amount);
  const lines: Line[] = quantiles.map(([label, values, color]) => ({ label, color, show: (i) => at(values, i, milliseconds) }));
  if (failed) lines.push({ label: 'not ok', color: 'error', mark: 'sign', show: (i) => at(errors, i, count) });

  return plot({
    title: 'Latency over time',
    description: `${quantiles.map(([label]) => label).join(' and ')} of each interval of ${seconds(length)}` +
      (failed ? '; intervals with requests that were not ok are marked.' : '.'),
    lines,
    data: [t.map((start) => start + length / 2), ...quantiles.map(([, values]) => values.map(place))],
    position: position(t),
    options: (colors) => ({
      cursor: CURSOR,
      scales: { x: timeScale(intervals), y: { range: scale } },
      axes: [timeAxis(colors), logarithmic ? logAxis(colors, 'y', range, plain) : axis(colors, 'y', 'ms', plain)],
      series: [{}, ...quantiles.map(([, , color]): uPlot.Series => ({
        stroke: colors[color], width: 1.75, points: { show: t.length <= 2 },
      }))],
      bands: quantiles.length === 2 ? [{ series: [2, 1], fill: translucent(colors.p99, 0.1) }] : [],
      hooks: failed ? { drawClear: [markErrors(errors, intervals, colors)] } : {},
    }),
  });
}

interface SteppedLine {
  label: string;
  values: Values;
  color: Color;
  format: (value: number) => string;
}

// The first line is filled.
function steppedPlot(title: string, description: string, unit: string, intervals: Intervals, lines: SteppedLine[]): HTMLElement {
  return plot({
    title,
    description,
    height: 170,
    lines: lines.map(({ label, values, color, format }) => ({ label, color, show: (i) => at(steps(values), i, format) })),
    data: [edges(intervals), ...lines.map(({ values }) => steps(values))],
    position: position(edges(intervals)),
    options: (colors) => ({
      cursor: CURSOR,
      scales: { x: timeScale(intervals), y: { range: (_, __, high) => [0, high * 1.08 || 1] } },
      axes: [timeAxis(colors), axis(colors, 'y', unit, plain)],
      series: [{}, ...lines.map(({ color }, i): uPlot.Series => ({
        stroke: colors[color], width: 1.75, paths: STEPS, points: { show: false },
        ...(i === 0 && { fill: translucent(colors[color], 0.13) }),
      }))],
    }),
  });
}

function ratePlot(intervals: Intervals, { rate, cold }: Series): HTMLElement | undefined {
  const lines: SteppedLine[] = [];
  if (has(rate)) lines.push({ label: 'requests', values: rate, color: 'rate', format: perSecond });
  if (has(cold) && cold.some((amount) => amount)) {
    const each = cold.map((amount) => (amount === null ? null : amount / intervals.length));
    lines.push({ label: 'cold starts', values: each, color: 'cold', format: perSecond });
  }
  if (lines.length === 0) return undefined;
  return steppedPlot('Rate', 'Requests that ended, and cold starts among them, per second.', 'per second', intervals, lines);
}

export function overTime(result: Result): HTMLElement | undefined {
  const { series } = result;
  const intervals = intervalsOf(result);
  if (!series || !intervals) return undefined;
  const plots = [latencyPlot(intervals, series), ratePlot(intervals, series)].filter((made) => made !== undefined);
  if (plots.length === 0) return undefined;
  return section('over-time', 'Over time', ...plots, dataTable('Over time', intervals, [
    ['rate', series.rate, perSecond], ['p50', series.p50, milliseconds], ['p99', series.p99, milliseconds],
    ['cold', series.cold, count], ['not ok', series.errors, count],
  ]));
}

// Stacked: each state stands on the ones before it. Drawn from the highest sum down, each over the last.
function instancesPlot(intervals: Intervals, states: [StateName, Values][]): HTMLElement {
  const sums: number[][] = [];
  states.forEach(([, values], i) => sums.push(held(values).map((value, at) => (value ?? 0) + (sums[i - 1]?.[at] ?? 0))));
  const descending = states.map(([name], i): [StateName, number[]] => [name, sums[i]!]).reverse();
  return plot({
    title: 'Instances',
    description: `Number of instances by state, one upon the other: ${states.map(([name]) => name).join(', ')}.`,
    lines: states.map(([label, values]) => ({ label, color: label, mark: 'area', show: (i) => at(steps(values), i, count) })),
    data: [edges(intervals), ...descending.map(([, values]) => steps(values))],
    position: position(edges(intervals)),
    options: (colors) => ({
      cursor: { ...CURSOR, points: { show: false } },
      scales: { x: timeScale(intervals), y: { range: (_, __, high) => [0, Math.max(1, high * 1.08)] } },
      axes: [timeAxis(colors), axis(colors, 'y', 'instances', plain, { incrs: WHOLE })],
      // A line of the surface's colour parts the areas.
      series: [{}, ...descending.map(([name]): uPlot.Series => ({
        stroke: colors.surface, width: 1, fill: colors[name], paths: STEPS, points: { show: false },
      }))],
    }),
  });
}

export function pool(result: Result): HTMLElement | undefined {
  const { series } = result;
  const intervals = intervalsOf(result);
  if (!series || !intervals) return undefined;
  const states = STATE_NAMES.flatMap((name): [StateName, Values][] => {
    const values = series.instances?.[name];
    return has(values) ? [[name, values]] : [];
  });
  const { target_cpu: cpu, target_memory_mib: memory } = series;
  const plots = [];
  if (states.length > 0) plots.push(instancesPlot(intervals, states));
  if (has(cpu)) {
    plots.push(steppedPlot('CPU of the target', 'Cores that the target kept busy.', 'cores', intervals,
      [{ label: 'cores', values: held(cpu), color: 'cpu', format: cores }]));
  }
  if (has(memory)) {
    plots.push(steppedPlot('Memory of the target', 'Memory of the target in MiB.', 'MiB', intervals,
      [{ label: 'memory', values: held(memory), color: 'memory', format: mebibytes }]));
  }
  if (plots.length === 0) return undefined;
  const title = states.length > 0 ? 'Pool and target' : 'Target';
  return section('pool', title, ...plots, dataTable(title, intervals, [
    ...states.map(([name, values]): [string, Values, (value: number) => string] => [name, values, count]),
    ['CPU', cpu, cores], ['memory', memory, mebibytes],
  ]));
}
