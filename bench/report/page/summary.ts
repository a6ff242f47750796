// The top of the report: what was measured, where, and what came out.
import { element, section, table } from './dom.ts';
import { count, date, gibibytes, mebibytes, milliseconds, percent, perSecond, plainPercent, seconds, shellWord, significant } from './format.ts';
import { groupsOf, QUANTILE_NAMES, type QuantileName, requestsOf, type Result } from './result.ts';

type Fact = [name: string, value: string | undefined];

function joined(...parts: (string | undefined | null | false)[]): string | undefined {
  return parts.filter(Boolean).join(', ') || undefined;
}

export function titleOf({ scenario, target }: Result): string {
  const what = target?.functions?.length ? target.functions.join(', ') : target?.url;
  return joined(what, scenario?.name) ?? 'hearth bench';
}

function scenarioText({ scenario }: Result): string | undefined {
  if (!scenario) return undefined;
  return joined(
    scenario.name,
    scenario.loop && `${scenario.loop} loop`,
    scenario.arrivals && `${scenario.arrivals} arrivals`,
    scenario.burst !== undefined && `${count(scenario.burst)} at once`,
    scenario.gap_s !== undefined && `gaps of ${seconds(scenario.gap_s)}`,
    scenario.rate_from !== undefined && `from ${perSecond(scenario.rate_from)}`,
    scenario.rate != null && `${perSecond(scenario.rate)} asked`,
    scenario.connections !== undefined && `${count(scenario.connections)} connection${scenario.connections === 1 ? '' : 's'}`,
    scenario.count != null && `${count(scenario.count)} requests`,
    scenario.duration_s != null && seconds(scenario.duration_s),
    scenario.warmup_s !== undefined && scenario.warmup_s > 0 && `after ${seconds(scenario.warmup_s)} of warm-up`,
    scenario.seed !== undefined && `seed ${scenario.seed}`,
  );
}

// A server's versions, by whatever names it gives them.
function serverText({ target }: Result): string | undefined {
  const server = Object.entries(target?.server ?? {}).filter(([, value]) => typeof value === 'string' || typeof value === 'number');
  return joined(...server.map(([name, value]) => `${name} ${value}`));
}

function factsOf(result: Result): Fact[] {
  const { machine, target } = result;
  return [
    ['Target', joined(target?.kind, target?.url)],
    ['Functions', joined(...(target?.functions ?? []))],
    ['Server', serverText(result)],
    ['Scenario', scenarioText(result)],
    ['Machine', joined(
      machine?.cpu_model,
      machine?.cpus !== undefined && `${machine.cpus} CPU${machine.cpus === 1 ? '' : 's'}`,
      machine?.memory_bytes !== undefined && gibibytes(machine.memory_bytes),
      machine?.kernel && `kernel ${machine.kernel}`,
    )],
    ['Date', result.started_at && date(result.started_at)],
    ['Measured', result.elapsed_s === undefined ? undefined : seconds(result.elapsed_s)],
    ['Generator', result.hearth_version && `hearth ${result.hearth_version}`],
  ];
}

export function header(result: Result): HTMLElement {
  const facts = factsOf(result).flatMap(([name, value]) =>
    value ? [element('div', {}, element('dt', {}, name), element('dd', {}, value))] : []);
  const command = result.command?.map(shellWord).join(' ');
  return element('header', {},
    element('p', { class: 'brand' }, 'hearth bench'),
    element('h1', {}, titleOf(result)),
    element('dl', { class: 'facts' }, ...facts),
    command && element('pre', { class: 'command', tabindex: '0', 'aria-label': 'Command' }, element('code', {}, command)),
    notice(result));
}

// What the reader must know before believing a figure.
function notice({ generator }: Result): HTMLElement | undefined {
  if (!generator?.saturated && !generator?.note) return undefined;
  const late = generator.saturated && generator.late_p99 !== undefined && ` (p99 of its lateness: ${milliseconds(generator.late_p99)})`;
  return element('p', { class: generator.saturated ? 'notice warning' : 'notice', role: 'note' },
    generator.saturated && element('strong', {}, 'Load generator saturated. '), generator.note ?? 'Latencies hold its own delays', late);
}

interface Figure {
  name: string;
  value: string;
  detail?: string | undefined;
  kind?: string;
}

function figuresOf(result: Result): Figure[] {
  const figures: Figure[] = [];
  const requests = requestsOf(result);
  if (requests !== undefined && requests > 0) {
    const ok = result.outcomes?.['ok'] ?? 0;
    figures.push({ name: 'Requests', value: count(requests), detail: `${percent(ok / requests)} ok`, ...(ok < requests && { kind: 'error' }) });
  }
  const { achieved, asked } = result.rate ?? {};
  if (achieved !== undefined) {
    figures.push({ name: 'Rate', value: perSecond(achieved), detail: asked == null ? undefined : `asked ${perSecond(asked)}` });
  }
  const groups = groupsOf(result);
  const split = groups.filter(([name]) => name !== 'all');
  for (const [name, { n, latency }] of split.length > 0 ? split : groups) {
    if (latency?.p50 === undefined) continue;
    const title = name === 'all' ? 'p50' : `${name[0]!.toUpperCase()}${name.slice(1)} p50`;
    const detail = joined(latency.p99 !== undefined && `p99 ${milliseconds(latency.p99)}`, split.length > 0 && `${count(n ?? 0)} requests`);
    figures.push({ name: title, value: milliseconds(latency.p50), detail, kind: name });
  }
  const { peak_memory_mib: memory, cpu_seconds: cpu } = result.target_usage ?? {};
  if (memory !== undefined) figures.push({ name: 'Memory at most', value: mebibytes(memory), detail: 'of the target' });
  if (cpu !== undefined) {
    const busy = result.elapsed_s ? `${significant(cpu / result.elapsed_s)} cores on average` : 'of the target';
    figures.push({ name: 'CPU time', value: seconds(cpu), detail: busy });
  }
  return figures;
}

export function figures(result: Result): HTMLElement | undefined {
  const all = figuresOf(result);
  if (all.length === 0) return undefined;
  return element('ul', { class: 'figures', 'aria-label': 'Key figures' }, ...all.map(({ name, value, detail, kind }) =>
    element('li', kind ? { class: kind } : {}, element('span', { class: 'name' }, name), element('span', { class: 'number' }, value),
      detail && element('span', { class: 'detail' }, detail))));
}

export function latencySummary(result: Result): HTMLElement | undefined {
  const groups = groupsOf(result).filter(([, { latency }]) => latency);
  const used: QuantileName[] = QUANTILE_NAMES.filter((name) => groups.some(([, { latency }]) => latency?.[name] !== undefined));
  if (used.length === 0) return undefined;
  const rows = groups.map(([name, { n, latency }]) => [
    name, count(n ?? 0), ...used.map((quantile) => (latency?.[quantile] === undefined ? '–' : significant(latency[quantile]))),
  ]);
  const columns = [{ title: 'group', text: true }, { title: 'requests' }, ...used.map((title) => ({ title }))];
  const error = result.histogram_error;
  return section('latency', 'Latency', table('Latency of requests that ended ok, in milliseconds', columns, rows),
    error !== undefined && element('p', { class: 'remark' }, `Quantiles are exact to ±${plainPercent(error)}.`));
}

export function outcomes(result: Result): HTMLElement | undefined {
  const requests = requestsOf(result);
  if (!requests) return undefined;
  const entries = Object.entries(result.outcomes ?? {}).filter(([, amount]) => amount > 0).sort(([, a], [, b]) => b - a);
  const errors = (result.errors ?? []).map(({ outcome, message, count: amount }) =>
    [outcome ?? '–', message ?? '–', amount === undefined ? '–' : count(amount)]);
  return section('outcomes', 'Outcomes',
    table('Requests by outcome', [{ title: 'outcome', text: true }, { title: 'requests' }, { title: 'share' }],
      entries.map(([name, amount]) => [name, count(amount), percent(amount / requests)])),
    errors.length > 0 && table('Most frequent errors',
      [{ title: 'outcome', text: true }, { title: 'message', text: true }, { title: 'requests' }], errors));
}

// To compare it later: the result stands in this page.
export function footer(json: string): HTMLElement {
  const save = element('a', { download: 'result.json', href: URL.createObjectURL(new Blob([json], { type: 'application/json' })) }, 'Save the result as JSON');
  return element('footer', {}, element('p', {}, save, ' for ', element('code', {}, 'hearth bench compare'), '.'));
}
