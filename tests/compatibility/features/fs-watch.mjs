import { unwatchFile, watch, watchFile, writeFileSync } from 'node:fs';
import { watch as watched } from 'node:fs/promises';
import { once } from 'node:events';
import path from 'node:path';
import { failureOf, withFolder } from '../support.mjs';

export const run = () => withFolder({ old: '' }, async (folder) => {
  const watcher = watch(folder);
  const change = once(watcher, 'change');
  writeFileSync(path.join(folder, 'new'), 'x');
  const [, name] = await change;
  watcher.close();
  await once(watcher, 'close');

  const iterator = watched(folder, { recursive: true })[Symbol.asyncIterator]();
  const next = iterator.next();
  writeFileSync(path.join(folder, 'newer'), 'x');
  const { value } = await next;
  await iterator.return();

  const polled = new Promise((resolve) => watchFile(path.join(folder, 'old'), { interval: 10 }, (now, then) => resolve([now.size, then.size])));
  const writing = setInterval(() => writeFileSync(path.join(folder, 'old'), 'longer'), 20);
  const sizes = await polled;
  clearInterval(writing);
  unwatchFile(path.join(folder, 'old'));
  return {
    'fs.watch': name,
    'fs.promises.watch': value.filename,
    'fs.watchFile': sizes,
    'missing': await failureOf(() => watch(path.join(folder, 'none'))),
  };
});
