import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const TICKS_PER_SECOND = 100;
const near = (a, b, toleranceMs) => Math.abs(a - b) <= toleranceMs;

function startedAtMs() {
  const ticks = Number(readFileSync('/proc/self/stat', 'utf8').replace(/^.*\) /s, '').split(' ')[19]);
  const sinceBootMs = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 1000;
  return Date.now() - sinceBootMs + (ticks / TICKS_PER_SECOND) * 1000;
}

export async function run() {
  const before = { now: performance.now(), hrtime: process.hrtime.bigint(), date: Date.now(), uptime: process.uptime() };
  await sleep(30);
  const age = Date.now() - startedAtMs();
  return {
    'performance.now() is the age of the process': near(performance.now(), age, 50),
    'process.uptime() is the age of the process': near(process.uptime() * 1000, age, 50),
    'timeOrigin + now() is Date.now()': near(performance.timeOrigin + performance.now(), Date.now(), 50),
    'timeOrigin is the start': near(performance.timeOrigin, startedAtMs(), 50),
    'toJSON has the same origin': performance.toJSON().timeOrigin === performance.timeOrigin,
    'now() passes': performance.now() - before.now >= 29,
    'hrtime passes': Number(process.hrtime.bigint() - before.hrtime) >= 29e6,
    'hrtime difference': process.hrtime(process.hrtime())[0],
    'uptime passes': process.uptime() - before.uptime >= 0.029,
    'Date passes': Date.now() - before.date >= 29,
    'Event.timeStamp is now()': near(new Event('x').timeStamp, performance.now(), 50),
    'mark is now()': near(performance.mark('m').startTime, performance.now(), 50),
    'bootstrap milestones are in order': performance.nodeTiming.nodeStart <= performance.nodeTiming.bootstrapComplete,
    'nodeTiming.duration is now()': near(performance.nodeTiming.duration, performance.now(), 50),
    'bootstrap is before now': performance.nodeTiming.bootstrapComplete <= performance.now(),
    'bootstrap is after the start': performance.nodeTiming.bootstrapComplete >= 0,
  };
}
