// Google's functions-framework.
import { createRequire } from 'node:module';
import path from 'node:path';

import { Child, freePort } from '../process.mjs';
import { workFile } from '../works.mjs';
import { NODE } from './node.mjs';
import { running } from './running.mjs';

const PACKAGE = '@google-cloud/functions-framework';
const FOLDER = path.join(import.meta.dirname, '../node_modules', PACKAGE);

export const functionsFramework = {
  name: 'functions-framework',
  title: 'functions-framework',
  dialect: 'framework',
  against: 'hearth-framework',
  what: '`functions-framework --target=NAME`, `NODE_ENV=production`',
  version: () => `functions-framework ${createRequire(import.meta.url)(path.join(FOLDER, 'package.json')).version}`,
  works: ['hello', 'json', 'large', 'cpu'],
  cold: [{ variant: 'process', perProcess: true, works: ['hello', 'express'] }],
  memory: [{ variant: 'process', perProcess: true, counts: [100], most: 25 }],

  async start(work) {
    const port = await freePort();
    const main = path.join(FOLDER, 'build/src/main.js');
    const source = workFile('framework', work);
    const child = new Child(NODE, [main, `--target=${work}`, `--source=${source}`, `--port=${port}`]);
    return running({ dialect: 'framework', work, port, children: [child] });
  },
};
