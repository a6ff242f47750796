// Plain Node: a program that listens, and behind nginx.
import { execFileSync } from 'node:child_process';
import path from 'node:path';

import { Child, freePort } from '../process.mjs';
import { workFile } from '../works.mjs';
import { HOST, running } from './running.mjs';

// The one of the project, which runs this too.
export const NODE = process.execPath;

export const node = {
  name: 'node',
  title: 'node',
  dialect: 'server',
  against: 'hearth-server',
  what: '`node FILE`: one process, `NODE_ENV=production`',
  version: () => `node ${process.version.slice(1)}`,
  works: ['hello', 'json', 'large', 'cpu'],
  cold: [{ variant: 'process', perProcess: true, works: ['hello', 'express'] }],
  memory: [{ variant: 'process', perProcess: true, counts: [100], most: 25 }],
  watch: ['--watch'],

  async start(work, { file = workFile('server', work), watch = false } = {}) {
    const port = await freePort();
    const env = { HOST, PORT: `${port}` };
    const child = new Child(NODE, [...(watch ? node.watch : []), file], { env, cwd: path.dirname(file) });
    return running({ dialect: 'server', work, port, children: [child] });
  },
};

export function versionOf(command, args, pattern) {
  const text = execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  return pattern.exec(text)[1];
}
