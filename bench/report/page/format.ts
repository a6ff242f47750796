// Numbers as people read them. Units are always shown; a figure keeps three significant digits.

// A no-break space: a number and its unit stay on one line.
const SPACE = '\u00a0';
const GROUPED = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

// Three significant digits without an exponent: 0.0123, 1.23, 12.3, 123, 1,234.
export function significant(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude === 0) return '0';
  if (magnitude >= 99.95) return GROUPED.format(value);
  const digits = Math.max(0, 2 - Math.floor(Math.log10(magnitude)));
  return value.toFixed(Math.min(digits, 6));
}

// The same without zeros at the end, where no precision is claimed: ticks, settings.
export function plain(value: number): string {
  const text = significant(value);
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

export const count = (value: number): string => GROUPED.format(value);
export const milliseconds = (value: number): string => significant(value) + SPACE + 'ms';
export const perSecond = (value: number): string => plain(value) + '/s';
export const mebibytes = (value: number): string => significant(value) + SPACE + 'MiB';
export const cores = (value: number): string => significant(value) + SPACE + (value === 1 ? 'core' : 'cores');
export const gibibytes = (bytes: number): string => plain(bytes / 2 ** 30) + SPACE + 'GiB';

// Never "100 %" for less than all, never "0 %" for more than none.
export function percent(share: number): string {
  if (share === 0 || share === 1) return `${share * 100}${SPACE}%`;
  if (share > 0 && share < 0.0001) return `<0.01${SPACE}%`;
  if (share > 0.9999 && share < 1) return `>99.99${SPACE}%`;
  return (share * 100).toFixed(2) + SPACE + '%';
}

export const plainPercent = (share: number): string => plain(share * 100) + SPACE + '%';

export function seconds(value: number): string {
  if (value < 60) return plain(value) + SPACE + 's';
  const whole = Math.round(value);
  const parts: [number, string][] = [[Math.floor(whole / 3600), 'h'], [Math.floor(whole / 60) % 60, 'min'], [whole % 60, 's']];
  return parts.filter(([amount]) => amount > 0).map(([amount, unit]) => amount + SPACE + unit).join(' ');
}

// "2026-11-28 11:00:00 UTC"; what is no date is given back as it is.
export function date(text: string): string {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) return text;
  return time.toISOString().slice(0, 19).replace('T', ' ') + ' UTC';
}

// For a shell: quoted only where it has to be.
export const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
