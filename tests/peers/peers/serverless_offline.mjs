// serverless-offline's endpoint of Lambda's Invoke API.
//
// The newest serverless, 4, wants an account before it starts; 3 is the last one that does not, and what this version of
// serverless-offline is made for. An instance is a worker thread of its one process.
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { Child, freePort, temporaryFolder } from '../process.mjs';
import { invokePath, WORK_FOLDER } from '../works.mjs';
import { NODE } from './node.mjs';
import { HOST, running } from './running.mjs';

const MODULES = path.join(import.meta.dirname, '../node_modules');
const versionOfPackage = (name) => JSON.parse(readFileSync(path.join(MODULES, name, 'package.json'), 'utf8')).version;

const configuration = (functions) => `
service: peers
frameworkVersion: '3'
provider:
  name: aws
  runtime: nodejs20.x
plugins:
  - serverless-offline
functions:
${functions.map(({ name, handler }) => `  ${name}:\n    handler: ${handler}\n    name: ${name}\n`).join('')}`;

export const serverlessOffline = {
  name: 'serverless-offline',
  title: 'serverless-offline',
  dialect: 'lambda',
  against: 'hearth-lambda',
  what: '`serverless offline`, worker threads; cold starts: `--reloadHandler`, a new worker thread for each invocation; memory: one function for each instance',
  version: () =>
    `serverless-offline ${versionOfPackage('serverless-offline')} (serverless ${versionOfPackage('serverless')})`,
  works: ['hello', 'json', 'large', 'cpu'],
  // It starts a thread for each request at a time.
  warmupSeconds: 3,
  cold: [{ variant: 'worker thread', works: ['hello', 'express'], count: 20 }],
  memory: [{ variant: 'worker thread', counts: [100], most: 25 }],

  async start(work, { variant, count = 1 } = {}) {
    const folder = temporaryFolder();
    symlinkSync(MODULES, path.join(folder, 'node_modules'));
    symlinkSync(WORK_FOLDER, path.join(folder, 'work'));
    const functions = Array.from({ length: count }, (_, n) => ({
      name: `f${n}`,
      handler: `work/lambda/${work}.handler`,
    }));
    writeFileSync(path.join(folder, 'serverless.yml'), configuration(functions));
    const [lambdaPort, httpPort, websocketPort, albPort] = await Promise.all([
      freePort(),
      freePort(),
      freePort(),
      freePort(),
    ]);
    const args = ['offline', '--host', HOST, '--noSponsor', '--lambdaPort', lambdaPort, '--httpPort', httpPort];
    args.push('--websocketPort', websocketPort, '--albPort', albPort);
    if (variant && count === 1) args.push('--reloadHandler');
    // It asks for nothing on the network without these, either; they keep it from trying.
    const env = { SLS_TELEMETRY_DISABLED: '1', SLS_NOTIFICATIONS_MODE: 'off' };
    const main = path.join(MODULES, 'serverless/bin/serverless.js');
    const child = new Child(NODE, [main, ...args.map(String)], { env, cwd: folder });
    const invoke = (n) => invokePath(`f${count === 1 ? 0 : n}`);
    return running({ dialect: 'lambda', work, port: lambdaPort, children: [child], path: invoke });
  },
};
