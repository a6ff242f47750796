// The result of `hearth bench --json`, schema hearth.bench/1 (docs/bench.md). Times are milliseconds unless the name says
// otherwise. Whatever was not measured is absent, so that nothing but `schema` can be relied on.

export type GroupName = 'all' | 'cold' | 'warm';
export const GROUP_NAMES: readonly GroupName[] = ['all', 'cold', 'warm'];

export const PHASE_NAMES = ['queue', 'start', 'init', 'run', 'response'] as const;
export type PhaseName = (typeof PHASE_NAMES)[number];

export const STATE_NAMES = ['busy', 'ready', 'starting', 'draining'] as const;
export type StateName = (typeof STATE_NAMES)[number];

export const QUANTILE_NAMES = ['min', 'mean', 'p50', 'p90', 'p95', 'p99', 'p99.9', 'p99.99', 'max'] as const;
export type QuantileName = (typeof QUANTILE_NAMES)[number];
export type Distribution = Partial<Record<QuantileName, number>>;

// Ascending [upper bound, count]; empty buckets are left out.
export type Histogram = [number, number][];

export interface Group {
  n?: number;
  latency?: Distribution;
  phases?: Partial<Record<PhaseName, Distribution>>;
  starts?: Record<string, number>;
  histogram?: Histogram;
}

// One value per interval; null where an interval has none.
export type Values = (number | null)[];

export interface Series {
  interval_s?: number;
  t?: number[];
  rate?: Values;
  p50?: Values;
  p99?: Values;
  cold?: Values;
  errors?: Values;
  instances?: Partial<Record<StateName, Values>>;
  target_cpu?: Values;
  target_memory_mib?: Values;
}

export interface Result {
  schema: string;
  hearth_version?: string;
  started_at?: string;
  command?: string[];
  machine?: { cpus?: number; cpu_model?: string; kernel?: string; memory_bytes?: number };
  target?: { kind?: string; url?: string; functions?: string[]; server?: Record<string, unknown> };
  scenario?: {
    name?: string;
    loop?: string;
    arrivals?: string | null;
    rate?: number | null;
    rate_from?: number;
    connections?: number;
    duration_s?: number | null;
    warmup_s?: number;
    count?: number | null;
    seed?: number;
    gap_s?: number;
    burst?: number;
  };
  rate?: { asked?: number | null; achieved?: number };
  elapsed_s?: number;
  outcomes?: Record<string, number>;
  errors?: { outcome?: string; message?: string; count?: number }[];
  groups?: Partial<Record<GroupName, Group>>;
  histogram_error?: number; // half the relative width of a bucket
  series?: Series;
  target_usage?: { cpu_seconds?: number; peak_memory_mib?: number };
  generator?: { cpu_seconds?: number; late_p99?: number; saturated?: boolean; note?: string };
}

// The groups that hold at least one request.
export function groupsOf(result: Result): [GroupName, Group][] {
  return GROUP_NAMES.flatMap((name): [GroupName, Group][] => {
    const group = result.groups?.[name];
    return group && (group.n ?? 0) > 0 ? [[name, group]] : [];
  });
}

export function requestsOf(result: Result): number | undefined {
  return result.outcomes && Object.values(result.outcomes).reduce((sum, count) => sum + count, 0);
}
