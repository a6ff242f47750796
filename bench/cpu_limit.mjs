// How far a function gets beyond limits.cpu before it is ended: with one loop that V8 can interrupt, one that is deaf to
// it, and one in worker threads, the CPU time at the end less the limit.
//
//   node bench/cpu_limit.mjs [COUNT]
import { Hearth, fixture } from '../tests/integration/harness.mjs';

const LIMIT_MS = 100;
const count = Number(process.argv[2] ?? 20);

const FUNCTIONS = {
  loop: 'export default { fetch() { for (;;); } };\n',
  deaf: 'export default { fetch() { for (;;) Array.prototype.indexOf.call({ length: 2 ** 33 }, 1); } };\n',
  threads: `import { Worker } from 'node:worker_threads';
export default { fetch() {
  for (let i = 0; i < 2; i++) new Worker('for (;;);', { eval: true });
  return new Promise(() => setInterval(() => {}, 1000));
} };
`,
};

const files = {};
for (const [name, code] of Object.entries(FUNCTIONS)) {
  files[`${name}/index.mjs`] = code;
  files[`${name}/hearth.toml`] = `kind = "fetch"\n[limits]\ncpu = "${LIMIT_MS}ms"\ntimeout = "30s"\n`;
}
const hearth = await Hearth.start(fixture(files));
console.log(`limits.cpu = ${LIMIT_MS}ms, ${count} breaches each; CPU time beyond the limit, ms`);
console.log(`${''.padEnd(9)} ${'p50'.padStart(6)} ${'max'.padStart(6)}`);
for (const name of Object.keys(FUNCTIONS)) {
  const overruns = [];
  for (let i = 0; i < count; i++) {
    const { error } = await (await hearth.fetch(`/${name}/`)).json();
    if (error.outcome !== 'cpu_exceeded') throw new Error(`${name}: ${JSON.stringify(error)}`);
    overruns.push(Number.parseFloat(error.limit.used) * (error.limit.used.endsWith('ms') ? 1 : 1000) - LIMIT_MS);
  }
  overruns.sort((a, b) => a - b);
  const at = (q) => String(overruns[Math.min(count - 1, Math.floor(q * count))]).padStart(6);
  console.log(`${name.padEnd(9)} ${at(0.5)} ${at(1)}`);
}
await hearth.stop();
