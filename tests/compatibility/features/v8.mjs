import v8 from 'node:v8';
import { execFileSync } from 'node:child_process';
import vm from 'node:vm';

// As compile caches do, which may have been filled elsewhere.
function compiledByNode() {
  const program = `process.stdout.write(new (require('vm').Script)('6 * 7').createCachedData().toString('base64'))`;
  const cachedData = Buffer.from(execFileSync(process.execPath, ['-e', program]).toString(), 'base64');
  return !new vm.Script('6 * 7', { cachedData }).cachedDataRejected;
}

const shape = (object) => Object.keys(object).sort();

export async function run() {
  const value = { map: new Map([['a', new Set([1n])]]), date: new Date(0), error: new TypeError('t'), bytes: new Uint8Array([1, 2]), re: /x/g };
  value.self = value;
  const copy = v8.deserialize(v8.serialize(value));
  const [snapshot] = await v8.getHeapSnapshot().take(1).toArray();
  v8.setFlagsFromString('--allow-natives-syntax');
  const profiler = new v8.GCProfiler();
  profiler.start();
  Array.from({ length: 1e6 }, () => ({}));
  const profile = profiler.stop();
  const promises = [];
  const stop = v8.promiseHooks.onInit((promise) => promises.push(promise));
  await Promise.resolve();
  stop();
  return {
    'serialized': [copy.map.get('a').has(1n), copy.date.getTime(), copy.error.name, copy.self === copy, copy.bytes.length, copy.re.flags],
    'format': v8.serialize('x').toString('hex'),
    'heap statistics': shape(v8.getHeapStatistics()),
    'within limits': v8.getHeapStatistics().used_heap_size < v8.getHeapStatistics().heap_size_limit,
    'heap spaces': v8.getHeapSpaceStatistics().map(({ space_name: name }) => name),
    'code statistics': shape(v8.getHeapCodeStatistics()),
    'C++ heap': shape(v8.getCppHeapStatistics('brief')),
    'snapshot': snapshot.toString().slice(0, 40),
    'flags': new Function('return %IsSmi(1)')(),
    'GC profile': [profile.statistics.length > 0, profile.version],
    'promise hooks': promises.length > 0,
    'startup snapshot': v8.startupSnapshot.isBuildingSnapshot(),
    'takes code that plain Node compiled': compiledByNode(),
    'query objects': v8.queryObjects(class Nothing {}),
    'a string\'s encoding': v8.isStringOneByteRepresentation('x'),
  };
}
