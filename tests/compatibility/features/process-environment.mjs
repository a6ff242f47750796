import { execFileSync } from 'node:child_process';
import { failureOf, withFolder } from '../support.mjs';

export async function run() {
  process.env.NUMBER = 1;
  process.env.GONE = 'x';
  delete process.env.GONE;
  const { PORT } = process.env;
  const { value, enumerable, writable, configurable } = Object.getOwnPropertyDescriptor(process.env, 'NUMBER');
  const child = execFileSync('sh', ['-c', 'echo "$NUMBER-$GONE-$LD_PRELOAD-$PORT"']).toString();
  const file = await withFolder({ '.env': 'LOADED="from file"\nNUMBER=2\n' }, (folder) => {
    process.loadEnvFile(`${folder}/.env`);
    return [process.env.LOADED, process.env.NUMBER];
  });
  return {
    'strings': [value, enumerable, writable, configurable],
    'deleted': ['GONE' in process.env, process.env.GONE ?? null],
    'inherited by children': child.replace(PORT, 'PORT'),
    'keys': Object.keys(process.env).includes('NUMBER'),
    'symbols are refused': await failureOf(() => { process.env.X = Symbol('x'); }),
    'loadEnvFile': file,
    'nothing of the engine': Object.keys(process.env).filter((name) => /^(LD_PRELOAD|HEARTH_.*|NODE_OPTIONS)$/.test(name)),
  };
}
