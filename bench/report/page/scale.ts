// Logarithmic axes. The values are transformed before they are plotted, as uPlot's own logarithmic scale has no ticks where
// a range is shorter than a decade, which ranges of latencies often are.

export type Range = [low: number, high: number];

const NICE = [1, 2, 2.5, 5, 10];
const MOST_TICKS = 7;

function linearTicks([low, high]: Range): number[] {
  const raw = (high - low) / MOST_TICKS;
  const magnitude = 10 ** Math.floor(Math.log10(raw));
  const step = magnitude * NICE.find((nice) => nice * magnitude >= raw * 0.999)!;
  const ticks = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high * (1 + 1e-9); ++i) ticks.push(i * step);
  return ticks;
}

// Positive values at which to put ticks: as many as an axis has room for.
export function logTicks([low, high]: Range): number[] {
  if (!(low > 0) || !(high > low)) return [];
  const decades = Math.log10(high / low);
  if (decades < 0.9) return linearTicks([low, high]);
  const mantissas = decades <= 2.4 ? [1, 2, 5] : decades <= 4 ? [1, 3] : [1];
  const ticks = [];
  for (let exponent = Math.floor(Math.log10(low)); exponent <= Math.ceil(Math.log10(high)); ++exponent) {
    for (const mantissa of mantissas) {
      const tick = Number(`${mantissa}e${exponent}`);
      if (tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9)) ticks.push(tick);
    }
  }
  return ticks;
}

// Some room around the values. Falls back where there is none.
export function logRange(values: readonly (number | null | undefined)[]): Range | undefined {
  const positive = values.filter((value): value is number => value != null && value > 0);
  if (positive.length === 0) return undefined;
  const low = positive.reduce((a, b) => Math.min(a, b));
  const high = positive.reduce((a, b) => Math.max(a, b));
  const margin = Math.max((high / low) ** 0.05, 1.02);
  return [low / margin, high * margin];
}

// Plots over two decades need it to show both ends; below that it would only hide proportions.
export const spansDecades = ([low, high]: Range): boolean => high / low > 25;
