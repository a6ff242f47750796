// Results in the form of `hearth bench --json` (schema hearth.bench/1), the same at each run.

// A small generator of numbers, 0 to 1 (mulberry32).
function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let bits = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

const BUCKET = 2 ** (1 / 128);

function lognormal(draw, median, sigma) {
  const normal = Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
  return median * Math.exp(sigma * normal);
}

function distributionOf(sorted) {
  const at = (quantile) => sorted[Math.max(0, Math.ceil(quantile * sorted.length) - 1)];
  return {
    min: sorted[0], mean: sorted.reduce((a, b) => a + b) / sorted.length, p50: at(0.5), p90: at(0.9), p95: at(0.95), p99: at(0.99),
    'p99.9': at(0.999), 'p99.99': at(0.9999), max: sorted.at(-1),
  };
}

function histogramOf(values) {
  const counts = new Map();
  for (const value of values) {
    const bucket = Math.ceil(Math.log(value) / Math.log(BUCKET));
    counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
  }
  return [...counts].sort(([a], [b]) => a - b).map(([bucket, count]) => [BUCKET ** bucket, count]);
}

function groupOf(requests) {
  const sorted = (pick) => requests.map(pick).sort((a, b) => a - b);
  const phases = Object.keys(requests[0].phases).map((phase) => [phase, distributionOf(sorted((request) => request.phases[phase]))]);
  const starts = {};
  for (const { start } of requests) starts[start] = (starts[start] ?? 0) + 1;
  const latency = sorted((request) => request.latency);
  return { n: requests.length, latency: distributionOf(latency), phases: Object.fromEntries(phases), starts, histogram: histogramOf(latency) };
}

// A minute at 200 requests a second; more arrive in the middle, some of which are throttled.
export function realistic() {
  const draw = random(7);
  const requests = [];
  const series = {
    interval_s: 1, t: [], rate: [], p50: [], p99: [], cold: [], errors: [],
    instances: { starting: [], ready: [], busy: [], draining: [] }, target_cpu: [], target_memory_mib: [],
  };
  let failures = 0;
  for (let second = 0; second < 60; ++second) {
    const burst = Math.exp(-(((second - 28) / 7) ** 2));
    const rate = Math.round(200 + 260 * burst + 24 * (draw() - 0.5));
    const of = [];
    for (let i = 0; i < rate; ++i) {
      const cold = draw() < (second < 2 ? 0.25 : 0.01 + 0.07 * burst);
      const phases = {
        queue: lognormal(draw, cold ? 0.3 : 0.02, 0.8 + burst),
        start: cold ? lognormal(draw, 1.7, 0.25) : 0,
        init: cold ? lognormal(draw, 0.9, 0.35) : 0,
        run: lognormal(draw, cold ? 1.1 : 0.32, 0.35),
        response: lognormal(draw, 0.06, 0.4),
      };
      const latency = Object.values(phases).reduce((a, b) => a + b);
      of.push({ cold, start: cold ? (draw() < 0.86 ? 'template' : 'stem') : 'warm', phases, latency });
    }
    requests.push(...of);
    const sorted = of.map(({ latency }) => latency).sort((a, b) => a - b);
    const { p50, p99 } = distributionOf(sorted);
    const errors = second >= 26 && second <= 31 ? Math.round(9 * burst * draw()) : 0;
    failures += errors;
    series.t.push(second);
    series.rate.push(rate);
    series.p50.push(p50);
    series.p99.push(p99);
    series.cold.push(of.filter(({ cold }) => cold).length);
    series.errors.push(errors);
    series.instances.starting.push(second < 2 ? 4 : Math.round(5 * burst * draw()));
    series.instances.busy.push(Math.round(3 + 12 * burst + 2 * draw()));
    series.instances.ready.push(Math.round(4 + 18 / (1 + Math.exp(-(second - 24) / 2)) - (second > 46 ? (second - 46) * 0.9 : 0)));
    series.instances.draining.push(second > 46 ? Math.round(2 * draw()) : 0);
    series.target_cpu.push(0.35 + 0.9 * burst + 0.1 * draw());
    series.target_memory_mib.push(96 + 22 / (1 + Math.exp(-(second - 26) / 3)) + draw());
  }
  const throttled = Math.floor(failures * 0.8);
  return {
    schema: 'hearth.bench/1', hearth_version: '0.1.0', started_at: '2026-11-28T11:00:00Z',
    command: ['hearth', 'bench', 'http://localhost:8080/hello/', '--scenario', 'burst', '--rate', '200', '--duration', '60s', '--json'],
    machine: { cpus: 2, cpu_model: 'Intel(R) Xeon(R) Processor', kernel: '6.18.5', memory_bytes: 25_769_803_776 },
    target: { kind: 'http', url: 'http://localhost:8080/hello/', functions: ['hello'], server: { hearth: '0.1.0', node: '26.10.0' } },
    scenario: { name: 'burst', loop: 'open', arrivals: 'poisson', rate: 200, connections: 64, duration_s: 60, warmup_s: 2, count: null, seed: 7 },
    rate: { asked: 200, achieved: (requests.length + failures) / 60 }, elapsed_s: 60.02,
    outcomes: { ok: requests.length, throttled, timeout: 0, function_error: 0, error: failures - throttled },
    errors: [
      { outcome: 'throttled', message: 'the queue of "hello" is full (scaling.max_queue = 32)', count: throttled },
      { outcome: 'error', message: 'connection reset by peer', count: failures - throttled },
    ],
    groups: {
      all: groupOf(requests),
      cold: groupOf(requests.filter(({ cold }) => cold)),
      warm: groupOf(requests.filter(({ cold }) => !cold)),
    },
    histogram_error: 0.0027,
    series,
    target_usage: { cpu_seconds: 41.3, peak_memory_mib: 118.9 },
    generator: { cpu_seconds: 8.2, late_p99: 0.21, saturated: false },
  };
}

// What every result has.
export function minimal() {
  return {
    schema: 'hearth.bench/1', started_at: '2026-11-28T11:00:00Z', target: { kind: 'http', url: 'http://127.0.0.1:9/' },
    scenario: { name: 'sequential', loop: 'closed', arrivals: null, rate: null, connections: 1, duration_s: 1, warmup_s: 0, count: 3, seed: 1 },
    rate: { asked: null, achieved: 3 }, elapsed_s: 1, outcomes: { ok: 3 }, errors: [],
    groups: {
      all: {
        n: 3, latency: { min: 1, mean: 2, p50: 2, p90: 3, p95: 3, p99: 3, 'p99.9': 3, 'p99.99': 3, max: 3 },
        histogram: [[1, 1], [2, 1], [3, 1]],
      },
    },
    histogram_error: 0.0027,
  };
}

// Every text tries to leave its place.
export const HOSTILE = [
  '</script><script>globalThis.broken = 1</script>', '<!--<script>', '<img src=x onerror="globalThis.broken = 1">', ']]></style>',
  '\u2028\u2029\u0000\u001b[31m', '{{SCRIPT}}{{RESULT}}', "$&$'$`$1", '"\\"</SCRIPT', 'javascript:globalThis.broken = 1', '\u{1f525}\u202e',
];

export function hostile() {
  const text = HOSTILE.join(' ');
  const result = minimal();
  const { latency } = result.groups.all;
  return {
    ...result, hearth_version: text, started_at: text, command: ['hearth', 'bench', ...HOSTILE],
    machine: { cpus: 1, cpu_model: text, kernel: text }, target: { kind: text, url: text, functions: HOSTILE, server: { [text]: text } },
    scenario: { ...result.scenario, name: text, loop: text, arrivals: text },
    outcomes: { ok: 3, [text]: HOSTILE.length },
    errors: HOSTILE.map((message) => ({ outcome: message, message, count: 1 })),
    groups: { all: { ...result.groups.all, latency, phases: { run: latency, [text]: latency }, starts: { [text]: 3 } } },
    generator: { cpu_seconds: 1, late_p99: 5, saturated: true, note: text },
  };
}
