import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { fstatSync } from 'node:fs';
import tty from 'node:tty';

const written = (stream, chunk) => new Promise((resolve) => stream.write(chunk, (error) => resolve(error ?? 'written')));

export async function run() {
  const chunks = await process.stdin.toArray();
  let text = '';
  const own = new Console({ stdout: new Writable({ write(chunk, _, done) { text += chunk; done(); } }) });
  own.log('%s of %d', 'one', 2, { a: [1] });
  own.table([{ a: 1 }]);
  return {
    'stdin': [chunks.length, process.stdin.readableEnded, process.stdin.fd, process.stdin.isTTY ?? null],
    'stdin is /dev/null': fstatSync(0).isCharacterDevice(),
    'stdout.write': [await written(process.stdout, 'to stdout\n'), await written(process.stdout, Buffer.from('bytes\n'))],
    'stderr.write': await written(process.stderr, 'to stderr\n'),
    'an empty write': await written(process.stdout, ''),
    'write returns': process.stdout.write('text\n'),
    'fd': [process.stdout.fd, process.stderr.fd],
    'isTTY': [process.stdout.isTTY ?? null, process.stderr.isTTY ?? null, tty.isatty(1)],
    'columns': process.stdout.columns ?? null,
    'constructor': [process.stdout.constructor.name, process.stdin.constructor.name],
    'cannot be closed': [process.stdout._isStdio, process.stdout.destroySoon === process.stdout.destroy],
    'colours': process.stdout.hasColors?.() ?? null,
    'a console of its own': text,
    'console.log': [console.log('logged') ?? null, console.count() ?? null],
  };
}
