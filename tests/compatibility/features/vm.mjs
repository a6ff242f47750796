import vm from 'node:vm';
import { failureOf } from '../support.mjs';

export async function run() {
  const context = vm.createContext({ n: 1, seen: [] });
  vm.runInContext('n += 41; seen.push(typeof process, typeof globalThis.setTimeout); var own = 1', context);
  const script = new vm.Script('(() => x * 2)()', { filename: 'own.js', produceCachedData: true });
  const again = new vm.Script('(() => x * 2)()', { filename: 'own.js', cachedData: script.createCachedData() });
  const compiled = vm.compileFunction('return a + b', ['a', 'b']);
  const isolated = vm.createContext({}, { microtaskMode: 'afterEvaluate', codeGeneration: { strings: false } });
  const vanilla = vm.createContext(vm.constants.DONT_CONTEXTIFY);
  return {
    'context': [context.n, context.seen, context.own, vm.isContext(context)],
    'cached data': [again.runInNewContext({ x: 21 }), again.cachedDataRejected],
    'function': compiled(1, 2),
    'timeout': await failureOf(() => vm.runInNewContext('for (;;);', {}, { timeout: 20 })),
    'no strings': await failureOf(() => vm.runInContext('eval("1")', isolated)),
    'other realm': vm.runInNewContext('[] instanceof Array') && !(vm.runInNewContext('[]') instanceof Array),
    'vanilla': vm.runInContext('typeof globalThis', vanilla),
    'import': typeof (await vm.runInThisContext('import("node:fs")', { importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER })).readFile,
    'import without a loader': await failureOf(() => vm.runInNewContext('import("node:fs")')),
    'SourceTextModule': typeof vm.SourceTextModule,
    'twenty contexts': Array.from({ length: 20 }, (_, i) => vm.runInNewContext('i * 2', { i })).at(-1),
    'measureMemory': await failureOf(() => { vm.measureMemory({ mode: 'summary', execution: 'eager' }).catch(() => {}); }),
    'place of an error': (() => { try { vm.runInNewContext('\n throw new Error("x")', {}, 'place.js'); } catch (error) { return /place\.js:\d+:\d+/.exec(error.stack)[0]; } })(),
  };
}
