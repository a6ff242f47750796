import { Duplex, PassThrough, Readable, Transform, Writable, compose, finished, pipeline } from 'node:stream';
import { pipeline as piped, finished as ended } from 'node:stream/promises';
import { once } from 'node:events';
import { failureOf } from '../support.mjs';

const upper = () => new Transform({ transform(chunk, _, done) { done(null, chunk.toString().toUpperCase()); } });

export async function run() {
  const slow = new Writable({ highWaterMark: 4, write(chunk, _, done) { setImmediate(done); } });
  const pressure = [slow.write('12345'), slow.writableNeedDrain];
  await once(slow, 'drain');
  const broken = new Readable({ read() { this.destroy(Object.assign(new Error('broken'), { code: 'BROKEN' })); } });
  const sink = new PassThrough();
  await piped(Readable.from(['a', 'b']), upper(), sink);
  const ending = new PassThrough();
  const endedWith = ended(ending);
  ending.resume().end();
  await endedWith;
  return {
    'back-pressure': pressure,
    'pipeline': (await sink.toArray()).join(''),
    'pipeline fails': await failureOf(() => piped(broken, upper(), new PassThrough())),
    'premature close': await failureOf(() => piped(Readable.from(['a']), new Writable({ write() { this.destroy(); } }))),
    'operators': await Readable.from([1, 2, 3, 4]).filter((n) => n % 2).map(async (n) => n * 2).toArray(),
    'compose': (await compose(Readable.from(['x']), upper()).toArray()).join(''),
    'duplexPair-like': (await Duplex.from(async function* (source) { for await (const c of source) yield `${c}!`; }).end('hi').toArray()).join(''),
    'web and back': (await Readable.fromWeb(Readable.toWeb(Readable.from(['w', 'e', 'b']))).toArray()).join(''),
    'finished': await new Promise((resolve) => finished(Readable.from([]).resume(), (error) => resolve(error ?? 'ok'))),
    'callback pipeline': await new Promise((resolve) => pipeline(Readable.from(['a']), new PassThrough().resume(), (e) => resolve(e ?? 'ok'))),
    'default high-water marks': [new PassThrough().readableHighWaterMark, new PassThrough({ objectMode: true }).readableHighWaterMark],
  };
}
