// Deno: `deno serve` for a fetch handler, `deno run` for a program that listens.
import { existsSync } from 'node:fs';
import path from 'node:path';

import { Child, freePort } from '../process.mjs';
import { workFile } from '../works.mjs';
import { versionOf } from './node.mjs';
import { HOST, running } from './running.mjs';

const ARCHITECTURE = { x64: 'x64', arm64: 'arm64' }[process.arch];
const DENO = path.join(import.meta.dirname, `../node_modules/@deno/linux-${ARCHITECTURE}-glibc/deno`);

export const deno = {
  name: 'deno',
  title: 'deno serve',
  dialect: 'fetch',
  against: 'hearth-fetch',
  what: '`deno serve FILE`; Express by `deno run`. The binary is the one of the npm package',
  version: () => `deno ${versionOf(DENO, ['--version'], /^deno (\S+)/)}`,
  missing: () =>
    existsSync(DENO) ? undefined : `its npm package left no binary (${path.basename(path.dirname(DENO))})`,
  works: ['hello', 'json', 'large', 'cpu'],
  cold: [{ variant: 'process', perProcess: true, works: ['hello', 'express'] }],
  memory: [{ variant: 'process', perProcess: true, counts: [100], most: 25 }],
  watch: ['--watch'],

  async start(work, { file, watch = false } = {}) {
    const port = await freePort();
    const flags = ['--no-prompt', '--quiet', '--no-lock'];
    // deno serve knows no Express; it is a program of its own.
    const args =
      work === 'express'
        ? ['run', ...flags, '--allow-net', '--allow-env', '--allow-read', workFile('server', work)]
        : [
            'serve',
            ...flags,
            ...(watch ? deno.watch : []),
            `--host=${HOST}`,
            `--port=${port}`,
            file ?? workFile('fetch', work),
          ];
    const env = { HOST, PORT: `${port}`, DENO_NO_UPDATE_CHECK: '1' };
    const child = new Child(DENO, args, { env });
    return running({ dialect: work === 'express' ? 'server' : 'fetch', work, port, children: [child] });
  },
};
