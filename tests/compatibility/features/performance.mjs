import { PerformanceObserver, constants, createHistogram, eventLoopUtilization, monitorEventLoopDelay, performance as same, timerify } from 'node:perf_hooks';
import http from 'node:http';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

const near = (a, b) => Math.abs(a - b) < 50;
const spin = (ms) => { for (const end = performance.now() + ms; performance.now() < end;); };

async function observed(type, act) {
  const entries = [];
  const { promise, resolve } = Promise.withResolvers();
  const observer = new PerformanceObserver((list) => { entries.push(...list.getEntries()); resolve(); });
  observer.observe({ entryTypes: [type] });
  const before = performance.now();
  await act();
  await promise;
  observer.disconnect();
  const [entry] = entries;
  return { type: entry.entryType, 'starts when it did': entry.startTime >= before - 1 && entry.startTime <= performance.now(), 'has a sensible duration': entry.duration >= 0 && entry.duration < 5000 };
}

async function request() {
  const server = http.createServer((request, response) => response.end('ok')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  await (await fetch(`http://127.0.0.1:${server.address().port}/`)).text();
  server.close();
  server.closeAllConnections();
}

export async function run() {
  const mark = performance.mark('began', { detail: { a: 1 } });
  await sleep(20);
  const sinceMark = performance.measure('since the mark', 'began');
  performance.mark('ended');
  const between = performance.measure('between', 'began', 'ended');
  const sinceStart = performance.measure('since the start');
  const startedAt = performance.now();
  const before = eventLoopUtilization();
  await sleep(20);
  spin(20);
  const used = eventLoopUtilization(before);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await sleep(5);
  spin(30);
  await sleep(5);
  delay.disable();
  const histogram = createHistogram();
  histogram.record(5);
  const timed = timerify(() => spin(2), { histogram: createHistogram() });
  timed();
  return {
    'one object': same === performance,
    'detail': mark.detail,
    'since a mark': near(sinceMark.duration, between.duration),
    'between marks': between.duration >= 19 && between.duration < 1000,
    'since the start': near(sinceStart.duration, startedAt),
    'by name': performance.getEntriesByName('began').length,
    'event loop was idle': used.idle > 5,
    'event loop was active': used.active > 10,
    'event loop utilisation': used.utilization > 0 && used.utilization < 1,
    'event loop utilisation of all time': performance.eventLoopUtilization().utilization > 0,
    'event loop delay': delay.max > 10e6,
    'histogram': [histogram.count, histogram.max],
    'observed mark': await observed('mark', () => performance.mark('m')),
    'observed function': await observed('function', timed),
    'observed http': await observed('http', request),
    'observed resource': await observed('resource', request),
    'observed gc': await observed('gc', async () => { for (let i = 0; i < 50; i++) Array.from({ length: 1e5 }, () => ({})); await sleep(1); }),
    'entry types': PerformanceObserver.supportedEntryTypes,
    'loopStart': performance.nodeTiming.loopStart > 0,
    'idleTime': performance.nodeTiming.idleTime >= 0,
    'loop iterations': performance.nodeTiming.uvMetricsInfo.loopCount > 0,
    'constants': Object.keys(constants).length,
  };
}
