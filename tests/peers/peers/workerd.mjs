// workerd: a static worker, and dynamic workers through the worker loader binding.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { Child, freePort, temporaryFolder } from '../process.mjs';
import { WORK_FOLDER, workFile } from '../works.mjs';
import { versionOf } from './node.mjs';
import { HOST, running } from './running.mjs';

const MODULES = path.join(import.meta.dirname, '../node_modules');
const WORKERD = path.join(
  MODULES,
  { x64: '@cloudflare/workerd-linux-64', arm64: '@cloudflare/workerd-linux-arm64' }[process.arch],
  'bin/workerd',
);
const ESBUILD = path.join(MODULES, `@esbuild/linux-${process.arch}/bin/esbuild`);
const COMPATIBILITY_DATE = '2026-11-01';

const configuration = ({ port, modules, bindings = '' }) => `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [ (name = "main", worker = .main) ],
  sockets = [ (name = "http", address = "${HOST}:${port}", http = (), service = "main") ],
);
const main :Workerd.Worker = (
  modules = [ ${modules.map(({ name, file }) => `(name = "${name}", esModule = embed "${file}")`).join(', ')} ],
  compatibilityDate = "${COMPATIBILITY_DATE}",
  bindings = [ ${bindings} ],
);
`;

// workerd resolves no packages, so what needs some is bundled, once.
let bundle;
function expressBundle() {
  if (bundle) return bundle;
  bundle = path.join(temporaryFolder(), 'express.mjs');
  const require = "import { createRequire } from 'node:module'; const require = createRequire('/');";
  const entry = path.join(WORK_FOLDER, 'workerd/express.mjs');
  const flags = [
    '--bundle',
    '--minify',
    '--format=esm',
    '--platform=node',
    '--external:cloudflare:*',
    '--log-level=error',
  ];
  execFileSync(ESBUILD, [entry, ...flags, `--banner:js=${require}`, `--outfile=${bundle}`]);
  return bundle;
}

function modulesOf(work, file) {
  if (work === 'express') return [{ name: 'express.mjs', file: expressBundle() }];
  return [
    { name: `fetch/${work}.mjs`, file: file ?? workFile('fetch', work) },
    { name: 'fib.mjs', file: path.join(WORK_FOLDER, 'fib.mjs') },
  ];
}

// Cap'n Proto embeds files beside the configuration, so everything is copied there.
function write(folder, { port, modules, bindings }) {
  const local = modules.map(({ name, file }) => {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), readFileSync(file));
    return { name, file: name };
  });
  const config = path.join(folder, 'config.capnp');
  writeFileSync(config, configuration({ port, modules: local, bindings }));
  return config;
}

export const workerd = {
  name: 'workerd',
  title: 'workerd',
  dialect: 'fetch',
  against: 'hearth-fetch',
  what: '`workerd serve`; cold starts and memory: a dynamic worker of the worker loader, with a new id for each instance (`--experimental`). Express is bundled with esbuild',
  version: () => `workerd ${versionOf(WORKERD, ['--version'], /^workerd (\S+)/)}`,
  missing: () => (existsSync(WORKERD) ? undefined : 'its npm package left no binary'),
  works: ['hello', 'json', 'large', 'cpu'],
  cold: [
    { variant: 'dynamic worker', works: ['hello', 'express'] },
    { variant: 'process', perProcess: true, works: ['hello', 'express'] },
  ],
  memory: [{ variant: 'dynamic worker', counts: [100, 1000] }],
  watch: ['--watch'],

  async start(work, { variant, file, watch = false } = {}) {
    const port = await freePort();
    const folder = temporaryFolder();
    const args = ['serve'];
    if (watch) args.push(...workerd.watch);
    if (variant === 'dynamic worker') {
      const [code] = modulesOf(work);
      writeFileSync(path.join(folder, 'code.mjs'), readFileSync(code.file));
      const config = write(folder, {
        port,
        modules: [{ name: 'loader.mjs', file: path.join(WORK_FOLDER, 'workerd/loader.mjs') }],
        bindings: '(name = "LOADER", workerLoader = (id = "peers")), (name = "CODE", text = embed "code.mjs")',
      });
      args.push('--experimental', config);
    } else {
      args.push(write(folder, { port, modules: modulesOf(work, file) }));
    }
    const child = new Child(WORKERD, args);
    const peer = running({
      dialect: 'fetch',
      work,
      port,
      children: [child],
      path: (n) => (variant === 'dynamic worker' ? `/?id=${n}` : '/'),
    });
    // The copy is what workerd watches.
    return { ...peer, served: path.join(folder, `fetch/${work}.mjs`) };
  },
};
