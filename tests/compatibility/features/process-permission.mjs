import { failureOf } from '../support.mjs';

export async function run() {
  return {
    'permission': typeof process.permission,
    'binding is deprecated, not gone': typeof process.binding('util'),
    'getBuiltinModule': [typeof process.getBuiltinModule('fs'), process.getBuiltinModule('node:none') ?? null],
    'internal modules stay internal': await failureOf(() => import('internal/bootstrap/realm')),
    'chdir to nowhere': await failureOf(() => process.chdir('/does/not/exist')),
    'setuid of nobody that exists': await failureOf(() => process.setuid('no-such-user')),
    'dlopen of nothing': await failureOf(() => process.dlopen({ exports: {} }, '/does/not/exist.node')),
    'umask out of range': await failureOf(() => process.umask('999')),
    'groups': process.getgroups().every(Number.isInteger),
    'seteuid': process.geteuid() === process.getuid(),
    'sourceMapsEnabled': process.sourceMapsEnabled,
    'finalization': typeof process.finalization.register,
    'noDeprecation': process.noDeprecation ?? null,
    'throwDeprecation': process.throwDeprecation ?? null,
    'traceDeprecation': process.traceDeprecation ?? null,
  };
}
