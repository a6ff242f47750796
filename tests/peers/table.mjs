// From the results of a run to rows of figures and ratios.
//
// A run is what run.mjs writes with --json: {rounds, peers: [{name, title, against, …}], rows, results}, a result being
// {key, peer, variant, round, value, n} or, where it failed, {step, peer, round, error}.
import { format, ratio, summary } from './stats.mjs';

const rounds = (results) => new Map(results.map(({ round, value }) => [round, value]));

// The hearth that a result of a peer is held against. Express is no fetch handler in hearth, so there it is the server.
export function baseline(peer, key) {
  return peer.against === 'hearth-fetch' && key.includes('/express/') ? 'hearth-server' : peer.against;
}

// The figures of one row: [{peer, variant, summary, n, ratio}], in the order of the peers; the first variant of a peer is the
// one that counts. The ratio says how many times better hearth's first variant is; hearth's own figures have none, nor have those
// of a row that is not compared.
export function figures(run, row) {
  const results = run.results.filter(({ key, value }) => key === row.key && Number.isFinite(value));
  const of = (name, variant) => results.filter((result) => result.peer === name && result.variant === variant);
  const variants = (name) => [
    ...new Set(results.filter((result) => result.peer === name).map(({ variant }) => variant)),
  ];
  return run.peers.flatMap((peer) => {
    const ours = baseline(peer, row.key);
    const [first] = ours ? variants(ours) : [];
    return variants(peer.name).map((variant) => {
      const values = of(peer.name, variant);
      return {
        peer,
        variant,
        summary: summary(values.map(({ value }) => value)),
        n: values[0].n,
        ours,
        ratio: ours && row.compared !== false && ratio(rounds(of(ours, first)), rounds(values), row.better),
      };
    });
  });
}

export const spread = ({ median, min, max }) =>
  min === max ? format(median) : `${format(median)} (${format(min)}–${format(max)})`;
export const times = ({ median, min, max }) =>
  min === max ? `${format(median)}×` : `${format(median)}× (${format(min)}–${format(max)})`;

// One row for each row of the run that has a ratio, one column for each peer but hearth: {columns: [title], lines: [[text]]}.
export function ratioTable(run) {
  const columns = run.peers.filter(({ against }) => against);
  const lines = [];
  for (const row of run.rows) {
    const all = figures(run, row);
    const cells = columns.map((peer) => {
      const [first] = all.filter((figure) => figure.peer.name === peer.name);
      return first?.ratio ? times(first.ratio) : '';
    });
    if (cells.some(Boolean)) lines.push([row.title, ...cells]);
  }
  return { columns: ['', ...columns.map(({ title }) => title)], lines };
}

// Aligned text, for a terminal.
export function text({ columns, lines }) {
  const all = [columns, ...lines];
  const widths = columns.map((_, at) => Math.max(...all.map((line) => line[at].length)));
  return all
    .map((line) =>
      line
        .map((cell, at) => (at === 0 ? cell.padEnd(widths[at]) : cell.padStart(widths[at])))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

// The first column holds text, the others figures, unless they are all text.
export function markdown({ columns, lines }, { text: isText = false } = {}) {
  const row = (cells) => `| ${cells.join(' | ')} |`;
  const rule = `|${columns.map((_, at) => (at === 0 || isText ? '---' : '---:')).join('|')}|`;
  return [row(columns), rule, ...lines.map(row)].join('\n');
}
