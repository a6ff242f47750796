import os from 'node:os';
import { failureOf } from '../support.mjs';

export async function run() {
  return {
    'same for all': [os.arch(), os.platform(), os.type(), os.release(), os.version(), os.machine(), os.endianness(), os.EOL, os.devNull],
    'host': [os.homedir(), os.tmpdir(), typeof os.hostname()],
    'processors': [os.cpus().length, os.availableParallelism()],
    'memory': [os.totalmem(), os.freemem() > 0],
    'load': os.loadavg().length,
    'uptime': os.uptime() > 0,
    'interfaces': Object.keys(os.networkInterfaces()).sort(),
    'priority': [os.getPriority(), os.getPriority(process.pid) === os.getPriority(0)],
    'lower priority': await failureOf(() => os.setPriority(os.getPriority() + 1)),
    'constants': [Object.keys(os.constants.signals).length, Object.keys(os.constants.errno).length],
  };
}
