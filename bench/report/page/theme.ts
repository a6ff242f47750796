// The colours of plots, by what they stand for. style.css has the page's own; both follow data-theme of the root element.
// Light and dark are chosen so that neighbours in a plot differ in lightness, too.

export type Color =
  | 'text' | 'grid' | 'surface' | 'all' | 'cold' | 'warm' | 'p50' | 'p99' | 'error' | 'rate'
  | 'queue' | 'start' | 'init' | 'run' | 'response'
  | 'busy' | 'ready' | 'starting' | 'draining' | 'cpu' | 'memory';
export type Palette = Record<Color, string>;

const LIGHT: Palette = {
  text: '#4b5563', grid: '#e5e7eb', surface: '#ffffff',
  all: '#4b5563', cold: '#1d6fd1', warm: '#d9480f', p50: '#0f766e', p99: '#8b3fc7', error: '#c81e1e', rate: '#374151',
  queue: '#9ca3af', start: '#4f46e5', init: '#c026a3', run: '#15803d', response: '#e0a100',
  busy: '#0e6f9e', ready: '#8cc152', starting: '#f0a202', draining: '#9ca3af', cpu: '#b45309', memory: '#4f46e5',
};
const DARK: Palette = {
  text: '#aab3c0', grid: '#2c333d', surface: '#171b21',
  all: '#b3bdca', cold: '#5ea8ff', warm: '#ff8a4c', p50: '#3cc9b7', p99: '#c792f5', error: '#ff6b6b', rate: '#cbd5e1',
  queue: '#8792a2', start: '#8b8cff', init: '#f27fd6', run: '#4cc27b', response: '#f5c542',
  busy: '#3fa9dc', ready: '#a5d66f', starting: '#ffc046', draining: '#8792a2', cpu: '#f0a35c', memory: '#8b8cff',
};

const darkWanted = matchMedia('(prefers-color-scheme: dark)');
const print = matchMedia('print');
let printing = print.matches;

export const isPrinting = (): boolean => printing;
export const palette = (): Palette => (document.documentElement.dataset['theme'] === 'dark' ? DARK : LIGHT);

// The same colour, `opacity` of 0 to 1.
export const translucent = (color: string, opacity: number): string =>
  color + Math.round(opacity * 255).toString(16).padStart(2, '0');

function apply(): void {
  document.documentElement.dataset['theme'] = darkWanted.matches && !printing ? 'dark' : 'light';
}

// Calls `changed` whenever colours or the medium have changed. Paper is always light.
export function followTheme(changed: () => void): void {
  const set = (now: boolean): void => {
    printing = now;
    apply();
    changed();
  };
  apply();
  darkWanted.addEventListener('change', () => set(printing));
  print.addEventListener('change', () => set(print.matches));
  addEventListener('beforeprint', () => set(true));
  addEventListener('afterprint', () => set(false));
}
