'use strict';
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { promisify } = require('node:util');

const code = (action) => {
  try {
    return action() ?? 'none';
  } catch (error) {
    return [error.code, error.syscall, path.basename(error.path ?? '')];
  }
};

exports.run = async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'compatibility-'));
  try {
    const file = path.join(folder, 'file');
    const fd = fs.openSync(file, 'w+', 0o640);
    fs.writevSync(fd, [Buffer.from('ab'), Buffer.from('cd')]);
    fs.ftruncateSync(fd, 3);
    const read = Buffer.alloc(8);
    const bytes = fs.readSync(fd, read, 0, 8, 0);
    fs.closeSync(fd);
    fs.linkSync(file, `${file}2`);
    return {
      'read': [bytes, read.toString('utf8', 0, bytes)],
      'links': fs.statSync(file).nlink,
      'mode': (fs.statSync(file).mode & 0o777).toString(8),
      'owner': fs.statSync(file).uid === process.getuid(),
      'callbacks': await promisify(fs.readFile)(file, 'utf8'),
      'exists': [fs.existsSync(file), fs.existsSync(`${file}3`)],
      'missing': code(() => fs.readFileSync(`${file}3`)),
      'not a folder': code(() => fs.readdirSync(file)),
      'closed descriptor': code(() => fs.fstatSync(12345)),
      'throwIfNoEntry': fs.statSync(`${file}3`, { throwIfNoEntry: false }) ?? null,
      'readdir recursive': fs.readdirSync(folder, { recursive: true }).sort(),
      'relative to cwd': fs.realpathSync('.') === process.cwd(),
      'openAsBlob': await (await fs.openAsBlob(file)).text(),
      'copy': code(() => fs.copyFileSync(file, `${file}2`, fs.constants.COPYFILE_EXCL)),
      'bad descriptor': code(() => fs.readSync(999, Buffer.alloc(1))),
    };
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
};
