import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const TICKS_PER_SECOND = 100;
const TOLERANCE_MS = 50;
const near = (a, b) => Math.abs(a - b) <= TOLERANCE_MS;

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
    'performance.now() is at most the age of the process': performance.now() <= age + TOLERANCE_MS,
    'process.uptime() is at most the age of the process': process.uptime() * 1000 <= age + TOLERANCE_MS,
    'both are the same': near(process.uptime() * 1000, performance.now()),
    'timeOrigin + now() is Date.now()': near(performance.timeOrigin + performance.now(), Date.now()),
    'timeOrigin is not before the start': performance.timeOrigin >= startedAtMs() - TOLERANCE_MS,
    'toJSON has the same origin': performance.toJSON().timeOrigin === performance.timeOrigin,
    'now() passes': performance.now() - before.now >= 29,
    'hrtime passes': Number(process.hrtime.bigint() - before.hrtime) >= 29e6,
    'hrtime difference': process.hrtime(process.hrtime())[0],
    'uptime passes': process.uptime() - before.uptime >= 0.029,
    'Date passes': Date.now() - before.date >= 29,
    'Event.timeStamp is now()': near(new Event('x').timeStamp, performance.now()),
    'mark is now()': near(performance.mark('m').startTime, performance.now()),
    'bootstrap milestones are in order': performance.nodeTiming.nodeStart <= performance.nodeTiming.bootstrapComplete,
    'nodeTiming.duration is now()': near(performance.nodeTiming.duration, performance.now()),
    'bootstrap is before now': performance.nodeTiming.bootstrapComplete <= performance.nodeTiming.duration,
    'bootstrap is after the origin': performance.nodeTiming.bootstrapComplete >= 0,
  };
}
