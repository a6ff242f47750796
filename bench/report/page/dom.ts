// Elements. All text enters the page through text nodes and attributes, never as markup, and with its control characters
// made visible: one that turns the direction of writing would reach beyond its own text.

type Child = Node | string | null | undefined | false;

const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

const visible = (text: string): string =>
  text.replace(CONTROL, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`);

export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Record<string, string> = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, visible(value));
  for (const child of children) {
    if (child) made.append(typeof child === 'string' ? visible(child) : child);
  }
  return made;
}

export interface Column {
  title: string;
  text?: boolean; // left-aligned words instead of a number
}

// The first cell of each row is its header. // The first cell of each row is its header. Few columns stay together instead of being spread over the page.
export function table(caption: string, columns: readonly Column[], rows: readonly (string | Node)[][]): HTMLElement {
  const kind = (i: number): Record<string, string> => (columns[i]?.text ? { class: 'text' } : {});
  const head = columns.map((column, i) => element('th', { scope: 'col', ...kind(i) }, column.title));
  const body = rows.map((row) =>
    element('tr', {}, ...row.map((cell, i) => element(i === 0 ? 'th' : 'td', i === 0 ? { scope: 'row', ...kind(i) } : kind(i), cell))),
  );
  const made = element('table', {}, element('caption', {}, caption), element('thead', {}, element('tr', {}, ...head)),
    element('tbody', {}, ...body));
  // It scrolls by itself where the window is narrow; to be scrolled by keyboard it must take the focus.
  const width = columns.length <= 3 && columns.filter(({ text }) => text).length < 2 ? 'scroll compact' : 'scroll';
  return element('div', { class: width, tabindex: '0', role: 'region', 'aria-label': caption }, made);
}

// What a plot shows, as a table. Made when it is opened: a long run has thousands of rows.
export function dataOf(make: () => HTMLElement): HTMLElement {
  const details = element('details', { class: 'data' }, element('summary', {}, 'Data as a table'));
  details.addEventListener('toggle', () => details.append(make()), { once: true });
  return details;
}

export function section(id: string, title: string, ...children: Child[]): HTMLElement {
  return element('section', { id, 'aria-labelledby': `${id}-title` }, element('h2', { id: `${id}-title` }, title), ...children);
}
