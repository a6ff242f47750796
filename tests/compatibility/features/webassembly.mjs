import { WASI } from 'node:wasi';
import { ADD_WASM, failureOf } from '../support.mjs';

const response = (type = 'application/wasm') => new Response(ADD_WASM, { headers: { 'content-type': type } });

export async function run() {
  const module = await WebAssembly.compile(ADD_WASM);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 4 });
  memory.grow(1);
  const shared = new WebAssembly.Memory({ initial: 1, maximum: 2, shared: true });
  const add = new WebAssembly.Instance(module).exports.add;
  let sum = 0;
  for (let i = 0; i < 200_000; i++) sum = add(sum, 1);
  return {
    'instantiate': (await WebAssembly.instantiate(ADD_WASM)).instance.exports.add(40, 2),
    'instantiateStreaming': (await WebAssembly.instantiateStreaming(response())).instance.exports.add(1, 2),
    'compileStreaming': WebAssembly.Module.exports(await WebAssembly.compileStreaming(Promise.resolve(response()))),
    'wrong type': await failureOf(() => WebAssembly.instantiateStreaming(response('text/plain'))),
    'hot loop': sum,
    'memory': [memory.buffer.byteLength, shared.buffer instanceof SharedArrayBuffer],
    'invalid': await failureOf(() => WebAssembly.compile(new Uint8Array(4))),
    'validate': WebAssembly.validate(ADD_WASM),
    'table': new WebAssembly.Table({ element: 'anyfunc', initial: 2 }).length,
    'a structured clone': structuredClone(module) instanceof WebAssembly.Module,
    'WASI': Object.keys(new WASI({ version: 'preview1' }).getImportObject()),
    'tags and globals': [new WebAssembly.Global({ value: 'i64' }, 5n).value.toString(), typeof WebAssembly.Tag, typeof WebAssembly.Suspending],
  };
}
