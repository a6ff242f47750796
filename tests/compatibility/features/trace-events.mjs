import { failureOf } from '../support.mjs';

export const differences = [{
  at: 'trace events',
  node: 'none',
  hearth: 'ERR_TRACE_EVENTS_UNAVAILABLE',
  why: 'Node\'s tracing agent needs a thread, and a zygote must have only one. Use `diagnostics_channel` or `perf_hooks`',
}];

export async function run() {
  return {
    'trace events': await failureOf(async () => (await import('node:trace_events')).createTracing({ categories: ['node.none'] })),
  };
}
