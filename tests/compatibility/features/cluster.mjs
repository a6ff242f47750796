import cluster from 'node:cluster';
import { once } from 'node:events';
import { withFolder } from '../support.mjs';

const WORKER = `
const server = require('node:http').createServer((request, response) => response.end('worker ' + require('node:cluster').worker.id));
server.listen(0, '127.0.0.1');
`;

export const run = () => withFolder({ 'worker.cjs': WORKER }, async (folder) => {
  cluster.setupPrimary({ exec: `${folder}/worker.cjs` });
  const workers = [cluster.fork(), cluster.fork()];
  const [[, { port }]] = await Promise.all([once(cluster, 'listening'), ...workers.map((worker) => once(worker, 'listening'))]);
  const answers = [];
  for (let i = 0; i < 4; i++) {
    answers.push(await (await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } })).text());
  }
  const ended = workers.map((worker) => once(worker, 'exit'));
  for (const worker of workers) worker.kill();
  await Promise.all(ended);
  return { 'primary': cluster.isPrimary, 'both answer': [...new Set(answers)].sort(), 'ids': workers.map(({ id }) => id) };
});
