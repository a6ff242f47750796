// Runs Google's functions-framework itself, the one in the function's own node_modules, as its command does.
'use strict';

const path = require('path');
const Module = require('module');
const { HearthError } = require('./failure');

const PACKAGE = '@google-cloud/functions-framework';

function start({ entry, handler, kind }) {
  let index;
  try {
    index = Module.createRequire(entry).resolve(PACKAGE);
  } catch {
    throw new HearthError('Hearth.FrameworkMissing',
      `${PACKAGE} is not installed for ${path.basename(entry)}: run \`npm install ${PACKAGE}\` in the function's folder`);
  }
  const command = path.join(path.dirname(index), 'main.js');
  process.env.FUNCTION_TARGET = handler || 'function';
  process.env.FUNCTION_SIGNATURE_TYPE = kind;
  process.env.FUNCTION_SOURCE = entry;
  process.argv = [process.execPath, command];
  Module._load(command, null, true);
}

module.exports = { start };
