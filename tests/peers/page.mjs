// Writes docs/benchmarks.md from a run. All figures on that page come from here.
import { figures, markdown, ratioTable, spread, times } from './table.mjs';
import { judge } from './targets.mjs';

function subject({ peer, variant }) {
  if (variant === undefined) return peer.title;
  return variant === 'process' ? `${peer.title}, fresh process` : `${peer.title}: ${variant}`;
}

function machineLines({ machine, versions }) {
  const lines = [
    ['processor', `${machine.cpuModel}, ${machine.cpus} cores`],
    ['memory', `${machine.memoryGib} GiB`],
    ['kernel', `Linux ${machine.kernel}, as ${machine.user}`],
    ['versions', versions.join('; ')],
  ];
  return markdown({ columns: ['', ''], lines }, { text: true });
}

function head(run) {
  const tree = run.machine.commit ? ` of the tree at ${run.machine.commit}` : '';
  const quick = run.quick ? '\n\n**A quick run (`--quick`): these figures only show that everything works.**' : '';
  return `# Benchmarks

Written by \`${run.command}\`${tree} on ${run.date}; do not edit. ${run.rounds} round${run.rounds === 1 ? '' : 's'}, ${Math.round(run.minutes)} minutes.
How and by which rules: [tests/peers](../tests/peers/README.md).${quick}

${machineLines(run)}

Load average when it began: ${run.machine.load.toFixed(2)}. Load for the warm figures: ${run.generator}.

A figure is the median of all rounds, with the lowest and the highest in parentheses. A ratio is taken round by round, and says
how many times better hearth is: above 1 for hearth, below 1 against it.`;
}

function targets(run) {
  const judged = judge(run);
  if (judged.length === 0) return '';
  const lines = judged.map(({ target, text, met }) => [target, text, met ? 'reached' : '**missed**']);
  return `## Targets\n\n${markdown({ columns: ['target', 'measured', ''], lines }, { text: true })}`;
}

function ratios(run) {
  const table = ratioTable(run);
  if (table.lines.length === 0) return '';
  return `## Ratios

Against the hearth that does the same work in the same dialect: fetch handlers for workerd and deno, programs that listen for node
and nginx, functions of the framework, Lambda events.

${markdown(table)}`;
}

function rowTable(run, row) {
  const all = figures(run, row);
  if (all.length === 0) return '';
  const columns = [
    { title: '', cell: subject },
    { title: 'n', cell: ({ n }) => `${n ?? ''}`, shown: all.some(({ n }) => n !== undefined) },
    { title: row.unit, cell: (figure) => spread(figure.summary) },
    { title: 'ratio', cell: ({ ratio }) => (ratio ? times(ratio) : ''), shown: all.some(({ ratio }) => ratio) },
  ].filter(({ shown = true }) => shown);
  const lines = all.map((figure) => columns.map(({ cell }) => cell(figure)));
  return `### ${row.title}\n\n${markdown({ columns: columns.map(({ title }) => title), lines })}`;
}

const NOTES = {
  cold: `From the moment that a request is made until the first byte of its answer, one start at a time. *Fresh process* is from the
start of the program. The others are a request to a platform that runs already and has no instance for it; where hearth takes
the instance from is [template, stem or zygote](instances.md). A round's figure is the p50 or p99 of its starts.`,
  'cold-rate': `A closed loop of a few clients, each request answered by a new instance; fresh processes two at a time.`,
  warm: `Closed loop. Peer and load generator share all cores, so a peer that needs less of them gets more of them. The CPU time per
request is that of all processes of the peer.`,
  memory: `What all processes of the peer have more with n + 1 instances than with one, divided by n; where an instance is a process of
its own, all that it has. Every instance has answered one request. Private is what its end would free, PSS counts shared pages
in parts. *One function* are instances of the same function, *many functions* as many different ones; each of those has a template
of its own.`,
  save: `A file is written, and the function asked until the new text is served. hearth, functions-framework and nginx have no such
mode; serverless-offline loads the code anew for each request instead.`,
  generator: `Both generators, one after the other, against the same plain node.`,
};

const TITLES = {
  cold: 'Cold starts',
  'cold-rate': 'Cold starts per second',
  warm: 'Warm requests',
  memory: 'Memory and idle CPU',
  save: 'From save to served',
  generator: 'The load generator',
};

// Whose rate says more of the generator than of the peer.
function limited(run) {
  const rates = run.results.filter((result) => result.key?.startsWith('warm/') && result.key.endsWith('/rate'));
  const found = rates.filter((result) => result.limited);
  if (found.length === 0) return '';
  const title = (name) => run.peers.find((peer) => peer.name === name).title;
  const names = new Set(found.map(({ peer, key }) => `${title(peer)} (${key.split('/').slice(1, 3).join(', ')})`));
  return `In ${found.length} of ${rates.length} measurements the generator was at its own limit: ${[...names].join('; ')}.`;
}

function sections(run) {
  return Object.keys(TITLES).flatMap((name) => {
    const tables = run.rows.filter((row) => row.measure === name).map((row) => rowTable(run, row));
    const note = name === 'warm' ? limited(run) : '';
    return tables.some(Boolean) ? [`## ${TITLES[name]}\n\n${NOTES[name]}`, note, ...tables] : [];
  });
}

function peers(run) {
  const lines = run.peers.map(({ title, what, missing }) => [title, missing ? `not measured: ${missing}` : what]);
  return `## What was run\n\n${markdown({ columns: ['', ''], lines }, { text: true })}`;
}

function failures(run) {
  const failed = run.results.filter(({ error }) => error);
  if (failed.length === 0) return '';
  const lines = failed.map(
    ({ peer, step, round, error }) => `- ${peer}, ${step}, round ${round + 1}: ${error.split('\n')[0].slice(0, 200)}`,
  );
  return `## What failed\n\n${lines.join('\n')}`;
}

export function page(run) {
  return `${[head(run), targets(run), ratios(run), ...sections(run), peers(run), failures(run)].filter(Boolean).join('\n\n')}\n`;
}
