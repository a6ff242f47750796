'use strict';

const positive = (object) => Object.fromEntries(Object.entries(object).map(([name, value]) => [name, typeof value]));

exports.run = async () => {
  const usage = process.memoryUsage();
  const kept = Buffer.alloc(20_000_000, 1);
  const more = process.memoryUsage();
  const cpu = process.cpuUsage();
  for (const end = Date.now() + 2000; Date.now() < end && process.cpuUsage(cpu).user < 15_000;);
  return {
    'memoryUsage': positive(usage),
    'rss is resident': Math.abs(process.memoryUsage.rss() - Number(process.report.getReport().resourceUsage.rss)) < 50e6,
    'buffers count': more.arrayBuffers - usage.arrayBuffers >= kept.length,
    'heapUsed below heapTotal': usage.heapUsed <= usage.heapTotal,
    'cpuUsage counts': process.cpuUsage(cpu).user + process.cpuUsage(cpu).system > 10_000,
    'threadCpuUsage': positive(process.threadCpuUsage()),
    'resourceUsage': positive(process.resourceUsage()),
    'availableMemory': process.availableMemory() > 0,
    'constrainedMemory': typeof process.constrainedMemory(),
    'active resources': (() => {
      const count = () => process.getActiveResourcesInfo().filter((type) => type === 'Timeout').length;
      const before = count();
      const timer = setTimeout(() => {}, 1000);
      const added = count() - before;
      clearTimeout(timer);
      return added;
    })(),
  };
};
