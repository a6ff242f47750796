// One plot: uPlot, and around it what it lacks: a legend that shows the values at the cursor, a cursor that the arrow keys
// move, and drawing anew for another theme, another width or for paper.
import uPlot from 'uplot';
import { element } from './dom.ts';
import { logTicks, type Range } from './scale.ts';
import { isPrinting, type Palette, palette } from './theme.ts';

export interface Line {
  label: string;
  color: keyof Palette;
  show: (index: number) => string; // the value at this place, with its unit
  mark?: 'line' | 'area' | 'sign'; // in the legend
}

export interface PlotSpec {
  title: string;
  // For those who do not see it: what it shows, in a sentence.
  description: string;
  height?: number;
  lines: Line[];
  data: uPlot.AlignedData;
  position: (index: number) => string; // "at 12 s"
  options: (colors: Palette) => Omit<uPlot.Options, 'width' | 'height'>;
}

// The width of A4 less the page's margins, in CSS pixels.
const PRINT_WIDTH = 672;
const HEIGHT = 260;
const FONT = '12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';

const drawn = new Set<Plot>();
export const redrawAll = (): void => drawn.forEach((plot) => plot.draw());

// Room for the ticks' texts, in CSS pixels.
const BELOW = 26;
const BESIDE = 52;

// An axis in the page's font and colours, `tick` giving the text of each value.
export function axis(colors: Palette, side: 'x' | 'y', label: string, tick: (value: number) => string, options: uPlot.Axis = {}): uPlot.Axis {
  return {
    label,
    size: side === 'x' ? BELOW : BESIDE,
    values: (_, ticks) => ticks.map(tick),
    stroke: colors.text,
    font: FONT,
    labelFont: FONT,
    labelSize: 20,
    grid: { stroke: colors.grid, width: 1 },
    ticks: { stroke: colors.grid, width: 1, size: 4 },
    gap: 6,
    ...options,
  };
}

// The same for values that are plotted as their logarithm to the base 10.
export function logAxis(colors: Palette, side: 'x' | 'y', range: Range, tick: (value: number) => string): uPlot.Axis {
  return axis(colors, side, 'ms, logarithmic', (exponent) => tick(10 ** exponent), {
    splits: () => logTicks(range).map(Math.log10),
    filter: (_, ticks) => ticks,
  });
}

class Plot {
  readonly root: HTMLElement;
  readonly #spec: PlotSpec;
  readonly #canvas = element('div', { class: 'canvas', tabindex: '0', role: 'img' });
  readonly #position = element('span', { class: 'position' });
  readonly #values: HTMLElement[];
  readonly #swatches: HTMLElement[];
  #chart: uPlot | undefined;
  #index: number | null = null;

  constructor(spec: PlotSpec) {
    this.#spec = spec;
    this.#canvas.setAttribute('aria-label', `${spec.title}. ${spec.description}`);
    this.#values = spec.lines.map(() => element('span', { class: 'value' }));
    this.#swatches = spec.lines.map((line) => element('span', { class: `swatch ${line.mark ?? 'line'}`, 'aria-hidden': 'true' }));
    const legend = element('ul', { class: 'legend' },
      ...spec.lines.map((line, i) => element('li', {}, this.#swatches[i]!, line.label, this.#values[i]!)),
      element('li', {}, this.#position));
    this.root = element('figure', { class: 'plot' }, element('figcaption', {}, spec.title), legend, this.#canvas);
    this.#canvas.addEventListener('keydown', (event) => this.#key(event));
    this.#canvas.addEventListener('blur', () => this.#move(null));
    // Only what the reader asks for by key is read out.
    this.#canvas.addEventListener('focus', () => legend.setAttribute('aria-live', 'polite'));
    this.#canvas.addEventListener('blur', () => legend.removeAttribute('aria-live'));
  }

  // Once the root is in the document.
  attach(): void {
    drawn.add(this);
    this.draw();
    new ResizeObserver(() => {
      const width = this.#width();
      if (this.#chart && this.#chart.width !== width) this.#chart.setSize({ width, height: this.#chart.height });
    }).observe(this.#canvas);
  }

  draw(): void {
    this.#chart?.destroy();
    const colors = palette();
    this.#spec.lines.forEach((line, i) => this.#swatches[i]!.style.setProperty('--swatch', colors[line.color]));
    const options = this.#spec.options(colors);
    this.#chart = new uPlot({
      ...options,
      width: this.#width(),
      height: this.#spec.height ?? HEIGHT,
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 }, ...options.cursor },
      hooks: { ...options.hooks, setCursor: [(chart) => this.#show(chart.cursor.idx ?? null)] },
    }, this.#spec.data, this.#canvas);
    this.#show(null);
  }

  #width(): number {
    return isPrinting() ? PRINT_WIDTH : Math.max(240, Math.floor(this.#canvas.clientWidth));
  }

  #show(index: number | null): void {
    this.#index = index;
    this.#position.textContent = index === null ? '' : this.#spec.position(index);
    this.#spec.lines.forEach((line, i) => {
      this.#values[i]!.textContent = index === null ? '' : line.show(index);
    });
  }

  #key(event: KeyboardEvent): void {
    const last = this.#spec.data[0].length - 1;
    const from = this.#index ?? -1;
    const far = Math.max(1, Math.round(last / 20));
    const moves: Record<string, number | null> = {
      ArrowRight: from + 1, ArrowLeft: from - 1, PageDown: from + far, PageUp: from - far, Home: 0, End: last, Escape: null,
    };
    const to = moves[event.key];
    if (to === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    this.#move(to === null ? null : Math.max(0, Math.min(last, to)));
  }

  #move(index: number | null): void {
    const chart = this.#chart;
    if (!chart) return;
    if (index === null) return chart.setCursor({ left: -10, top: -10 });
    chart.setCursor({ left: chart.valToPos(chart.data[0][index]!, 'x'), top: 0 });
  }
}

const waiting: Plot[] = [];

// A figure that draws itself as soon as drawPlots is called, when it must be in the document.
export function plot(spec: PlotSpec): HTMLElement {
  const made = new Plot(spec);
  waiting.push(made);
  return made.root;
}

export const drawPlots = (): void => waiting.splice(0).forEach((made) => made.attach());
