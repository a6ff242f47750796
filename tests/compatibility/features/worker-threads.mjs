import { Worker, SHARE_ENV, isMainThread, threadId, resourceLimits, markAsUntransferable, setEnvironmentData } from 'node:worker_threads';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

async function answer(source, options) {
  const worker = new Worker(source, { eval: true, ...options });
  const messages = [];
  worker.on('message', (message) => messages.push(message));
  const errors = [];
  worker.on('error', (error) => errors.push(error.message ?? error));
  const code = await new Promise((resolve) => worker.on('exit', resolve));
  return { messages, errors, code };
}

export async function run() {
  setEnvironmentData('key', 'value');
  process.env.SHARED = 'before';
  const buffer = new ArrayBuffer(8);
  const module = `data:text/javascript,import { parentPort } from 'node:worker_threads'; parentPort.postMessage(import.meta.url.slice(0, 5));`;
  const output = new Worker('console.log("out"); console.error("err")', { eval: true, stdout: true, stderr: true });
  const [out, err] = await Promise.all([text(output.stdout), text(output.stderr)]);
  const busy = new Worker('for (;;);', { eval: true });
  await once(busy, 'online');
  const utilisation = busy.performance.eventLoopUtilization().utilization >= 0;
  const sum = `
    const { parentPort, workerData } = require('node:worker_threads');
    let sum = 0;
    for (let i = 0; i < workerData; i++) sum += i;
    parentPort.postMessage(sum);`;
  return {
    'the main thread': [isMainThread, threadId, resourceLimits],
    'data': await answer(sum, { workerData: 1000 }),
    'eight at once': (await Promise.all(Array.from({ length: 8 }, (_, i) => answer(sum, { workerData: i + 1 })))).map(({ messages }) => messages[0]),
    'transfer': [await answer(`
      const { parentPort, workerData } = require('node:worker_threads');
      parentPort.postMessage([workerData.byteLength, require('node:worker_threads').isMainThread]);`,
    { workerData: buffer, transferList: [buffer] }), buffer.byteLength],
    'environment data': await answer(`
      const { parentPort, getEnvironmentData } = require('node:worker_threads');
      parentPort.postMessage(getEnvironmentData('key'));`),
    'own environment': [await answer('process.env.SHARED = "changed"'), process.env.SHARED],
    'shared environment': [await answer('process.env.SHARED = "changed"', { env: SHARE_ENV }), process.env.SHARED],
    'given environment': await answer('require("worker_threads").parentPort.postMessage({ ...process.env })', { env: { A: '1' } }),
    'argv': await answer('require("worker_threads").parentPort.postMessage([process.argv.slice(2), process.execArgv])', { argv: ['x'], execArgv: ['--no-warnings'] }),
    'identity': await answer(`
      require('worker_threads').parentPort.postMessage([process.pid === ${process.pid}, process.cwd() === ${JSON.stringify(process.cwd())}, process.title === ${JSON.stringify(process.title)}, typeof performance.now(), require.main === module])`),
    'clocks': await answer(`
      require('worker_threads').parentPort.postMessage([Math.abs(performance.timeOrigin - ${performance.timeOrigin}) < 50, Math.abs(performance.timeOrigin + performance.now() - Date.now()) < 50])`),
    'error': await answer('throw new RangeError("thrown")'),
    'rejection': await answer('Promise.reject(new Error("rejected"))'),
    'exit code': await answer('process.exit(7)'),
    // Few and large arrays: while code is being optimised, V8 14.6 may fail a check of its own (CollectionBarrier) at the limit.
    'heap limit': (await answer('const a = []; for (;;) a.push(new Array(50_000).fill(Math.random()))', { resourceLimits: { maxOldGenerationSizeMb: 8 } })).errors[0].slice(0, 40),
    'module': await answer(new URL(module), { eval: false }),
    'nested': await answer(`
      const { Worker, parentPort } = require('node:worker_threads');
      new Worker('require("worker_threads").parentPort.postMessage("deep")', { eval: true }).on('message', (m) => parentPort.postMessage(m));`),
    'fetch, crypto and timers inside': await answer(`
      const { parentPort } = require('node:worker_threads');
      setTimeout(async () => parentPort.postMessage([await (await fetch('data:,text')).text(), crypto.randomUUID().length]), 5);`),
    'output': [out, err],
    'utilisation': utilisation,
    'terminated': await busy.terminate(),
    'untransferable': markAsUntransferable({}) ?? null,
  };
}
