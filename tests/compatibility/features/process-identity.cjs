'use strict';
const fs = require('node:fs');
const path = require('node:path');

function stat() {
  return fs.readFileSync('/proc/self/stat', 'utf8').replace(/^.*\) /s, '').split(' ');
}

exports.run = async ({ entry, main }) => {
  process.title = 'renamed';
  const renamed = [process.title, fs.readFileSync('/proc/self/cmdline', 'utf8').split('\0')[0]];
  const previous = process.umask(0o027);
  const umask = process.umask(previous);
  return {
    'pid matches /proc/self': process.pid === Number(fs.readlinkSync('/proc/self')),
    'ppid matches /proc/self/stat': process.ppid === Number(stat()[1]),
    'process.pid is writable': Object.getOwnPropertyDescriptor(process, 'pid').writable,
    'argv': [process.argv.length, process.argv[0] === process.execPath, process.argv[1] === entry],
    'argv0': path.basename(process.argv0),
    'execPath is /proc/self/exe': fs.realpathSync(process.execPath) === fs.readlinkSync('/proc/self/exe'),
    'execArgv': process.execArgv,
    'entry is the main module': main,
    'process.mainModule': process.mainModule?.filename === entry,
    'title': renamed,
    'cwd': [process.cwd() === path.dirname(entry), process.cwd() === fs.readlinkSync('/proc/self/cwd')],
    'umask': [umask.toString(8), previous === process.umask()],
    'ids match /proc/self': [process.getuid() === fs.statSync('/proc/self').uid, process.getgid() === fs.statSync('/proc/self').gid],
    'version': [process.version, process.versions, process.release.name, process.arch, process.platform],
    'exitCode': [process.exitCode ?? null, process.exitCode = 3, process.exitCode = undefined].map((code) => code ?? null),
    'allowedNodeEnvironmentFlags': process.allowedNodeEnvironmentFlags.size,
    'config': process.config.variables,
    'features': process.features,
    'debugPort': process.debugPort,
  };
};
