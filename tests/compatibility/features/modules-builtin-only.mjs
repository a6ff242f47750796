import sea from 'node:sea';
import nodeTest, { describe, it, mock } from 'node:test';
import reporters from 'node:test/reporters';
import { DatabaseSync, StatementSync, backup } from 'node:sqlite';
import path from 'node:path';
import { withFolder } from '../support.mjs';

export const run = () => withFolder({}, async (folder) => {
  const file = path.join(folder, 'data.db');
  const database = new DatabaseSync(file);
  database.exec('CREATE TABLE t (a INTEGER, b TEXT)');
  const insert = database.prepare('INSERT INTO t VALUES (?, ?)');
  for (let i = 0; i < 100; i++) insert.run(i, `row ${i}`);
  database.function('twice', (n) => n * 2);
  const pages = await backup(database, path.join(folder, 'copy.db'));
  const copy = new DatabaseSync(path.join(folder, 'copy.db'), { readOnly: true });
  const double = mock.fn((n) => n * 2);
  double(21);
  const result = {
    'sqlite': database.prepare('SELECT count(*) AS n, twice(sum(a)) AS sum FROM t').get(),
    'iterate': [...database.prepare('SELECT b FROM t LIMIT 2').iterate()].map(({ b }) => b),
    'backup': [pages > 0, copy.prepare('SELECT count(*) AS n FROM t').get().n],
    'classes': [typeof StatementSync, database.isOpen],
    'random()': database.prepare('SELECT random() <> random() AS different').get().different,
    'sea': [sea.isSea(), typeof sea.getAsset],
    'test': [typeof nodeTest, typeof describe, typeof it, double.mock.calls[0].result],
    'reporters': Object.keys(reporters).sort(),
  };
  database.close();
  copy.close();
  return result;
});
