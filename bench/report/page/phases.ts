// Where the time of a request goes: the mean of each phase, one after the other, cold above warm. Means are stacked because
// they add up; the medians of phases do not. Drawn as elements, not on a canvas, so that paper and screen readers get them.
import { element, section, table } from './dom.ts';
import { count, milliseconds, percent } from './format.ts';
import { type Group, type GroupName, groupsOf, PHASE_NAMES, type PhaseName, type Result } from './result.ts';

interface Stack {
  name: GroupName;
  group: Group;
  parts: [PhaseName, number][];
  sum: number;
}

function stacksOf(result: Result): Stack[] {
  const stacks = groupsOf(result).flatMap(([name, group]): Stack[] => {
    const parts = PHASE_NAMES.flatMap((phase): [PhaseName, number][] => {
      const mean = group.phases?.[phase]?.mean;
      return mean !== undefined && mean > 0 ? [[phase, mean]] : [];
    });
    return parts.length === 0 ? [] : [{ name, group, parts, sum: parts.reduce((sum, [, mean]) => sum + mean, 0) }];
  });
  const split = stacks.filter(({ name }) => name !== 'all');
  return split.length > 0 ? split : stacks;
}

function bar({ name, parts, sum }: Stack, longest: number): HTMLElement {
  const track = element('div', { class: 'track' });
  for (const [phase, mean] of parts) {
    const part = element('span', { class: `part ${phase}`, title: `${phase}: ${milliseconds(mean)} (${percent(mean / (sum || 1))})` });
    part.style.setProperty('width', `${(100 * mean) / (longest || 1)}%`);
    track.append(part);
  }
  return element('div', { class: 'bar' }, element('span', { class: 'bar-name' }, name), track,
    element('span', { class: 'bar-sum' }, milliseconds(sum)));
}

export function phases(result: Result): HTMLElement | undefined {
  const stacks = stacksOf(result);
  if (stacks.length === 0) return undefined;
  const longest = stacks.reduce((most, { sum }) => Math.max(most, sum), 0);
  const used = PHASE_NAMES.filter((phase) => stacks.some(({ parts }) => parts.some(([name]) => name === phase)));
  const legend = element('ul', { class: 'legend' },
    ...used.map((phase) => element('li', {}, element('span', { class: `swatch area part ${phase}`, 'aria-hidden': 'true' }), phase)));
  const figure = element('figure', { class: 'plot' }, element('figcaption', {}, 'Mean time in each phase'), legend,
    element('div', { class: 'bars', role: 'img', 'aria-label': 'Mean time in each phase; the table below has the figures.' },
      ...stacks.map((stack) => bar(stack, longest))));

  const rows = stacks.flatMap(({ name, group, sum }) => used.flatMap((phase) => {
    const spread = group.phases?.[phase];
    if (!spread || spread.max === 0) return [];
    const shown = (value: number | undefined): string => (value === undefined ? '–' : milliseconds(value));
    return [[`${name} ${phase}`, shown(spread.mean), spread.mean === undefined ? '–' : percent(spread.mean / (sum || 1)),
      shown(spread.p50), shown(spread.p99), shown(spread.max)]];
  }));
  const columns = [{ title: 'phase', text: true }, ...['mean', 'share', 'p50', 'p99', 'max'].map((title) => ({ title }))];

  return section('phases', 'Phases', figure, table('Time in each phase', columns, rows), starts(result));
}

// What cold instances were forked from.
function starts(result: Result): HTMLElement | undefined {
  const group = result.groups?.cold?.starts ? result.groups.cold : result.groups?.all;
  const entries = Object.entries(group?.starts ?? {}).filter(([, amount]) => amount > 0).sort(([, a], [, b]) => b - a);
  if (entries.length === 0) return undefined;
  const sum = entries.reduce((all, [, amount]) => all + amount, 0);
  return table('Where instances came from', [{ title: 'start', text: true }, { title: 'requests' }, { title: 'share' }],
    entries.map(([name, amount]) => [name, count(amount), percent(amount / sum)]));
}
