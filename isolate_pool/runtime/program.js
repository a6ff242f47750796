// A plain Node program: in a fork of the zygote, what `node FILE` would do. Nothing of hearth stays between it and Node.
'use strict';

const path = require('path');
const httpLane = require('./http_lane');
const identity = require('./identity');
const logs = require('./logs');

// Environment and working directory are the caller's by now. Returns when the file has run, or has begun to if it is an
// ES module; throws what it throws.
function run({ instance, file, arguments: rest }) {
  logs.uninstall();
  httpLane.leaveToNode();
  // Node remembers the working directory until it is told to change it.
  process.chdir('.');
  identity.assume({ instance, directory: '.', entry: path.resolve(file) });
  process.argv.push(...rest);
  internal('internal/modules/run_main').executeUserEntryPoint(process.argv[1]);
}

module.exports = { run };
