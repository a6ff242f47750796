import fs from 'node:fs/promises';
import path from 'node:path';
import { failureOf, withFolder } from '../support.mjs';

export const run = () => withFolder({ 'a.txt': 'a', 'b.json': '{"b":1}' }, async (folder) => {
  const at = (name) => path.join(folder, name);
  const handle = await fs.open(at('c.txt'), 'w+');
  await handle.write('one\ntwo\nthree\n');
  await handle.datasync();
  const lines = await Array.fromAsync(handle.readLines({ start: 0, autoClose: false }));
  const { size, isFile } = await handle.stat();
  await handle.close();
  await fs.mkdir(at('deep/er'), { recursive: true });
  await fs.symlink('../a.txt', at('deep/link'));
  await fs.cp(at('deep'), at('copy'), { recursive: true, verbatimSymlinks: true });
  await fs.appendFile(at('a.txt'), 'bc');
  await fs.utimes(at('a.txt'), 1000, 2000);
  await fs.rename(at('b.json'), at('d.json'));
  const found = (await Array.fromAsync(fs.glob('**/*', { cwd: folder }))).sort();
  await fs.chmod(at('a.txt'), 0o600);
  const times = await fs.stat(at('a.txt'));
  const parallel = await Promise.all(Array.from({ length: 50 }, (_, i) => fs.writeFile(at(`p${i}`), `${i}`).then(() => fs.readFile(at(`p${i}`), 'utf8'))));
  return {
    'lines': lines,
    'stat': [size, typeof isFile],
    'readlink': await fs.readlink(at('copy/link')),
    'realpath': path.basename(await fs.realpath(at('deep/link'))),
    'appended': await fs.readFile(at('a.txt'), 'utf8'),
    'times': [times.atimeMs, times.mtimeMs, (times.mode & 0o777).toString(8)],
    'bigint': typeof (await fs.stat(at('a.txt'), { bigint: true })).mtimeNs,
    'glob': found,
    'fifty files at once': parallel.every((text, i) => text === `${i}`),
    'missing': await failureOf(() => fs.readFile(at('none'))),
    'exists': await failureOf(() => fs.mkdir(at('deep'))),
    'aborted': await failureOf(() => fs.readFile(at('a.txt'), { signal: AbortSignal.abort() })),
    'mkdtemp are different': await fs.mkdtemp(at('t-')) !== await fs.mkdtemp(at('t-')),
    'statfs': (await fs.statfs(folder)).bsize > 0,
    'opendir': (await Array.fromAsync(await fs.opendir(at('deep')), ({ name }) => name)).sort(),
    'access': await failureOf(() => fs.access(at('a.txt'), fs.constants.R_OK)),
  };
});
