'use strict';
// Variables that Node reads once, when it starts. An instance gets its environment later.
const path = require('node:path');
const util = require('node:util');

const WHEN_NODE_STARTS = 'Node reads it when the process starts, which for an instance is the start of hearth.';

exports.environment = {
  LC_ALL: 'de_DE.UTF-8',
  NODE_DEBUG: 'compatibility',
  NODE_OPTIONS: '--stack-trace-limit=3',
  NODE_PATH: path.join(__dirname, '..'),
  NODE_PENDING_DEPRECATION: '1',
  NODE_TLS_REJECT_UNAUTHORIZED: '0',
  TZ: 'Asia/Tokyo',
};

exports.differences = [
  { at: 'LC_ALL', node: 'de-DE', hearth: 'en-US', why: `${WHEN_NODE_STARTS} Name the locale: \`new Intl.NumberFormat('de-DE')\`` },
  { at: 'NODE_DEBUG', node: true, hearth: false, why: WHEN_NODE_STARTS },
  { at: 'NODE_OPTIONS', node: 3, hearth: 10, why: `${WHEN_NODE_STARTS} hearth ignores it there, too. Set what has an API, as \`Error.stackTraceLimit\`` },
  { at: 'NODE_PATH', node: true, hearth: false, why: `${WHEN_NODE_STARTS} Call \`require('node:module')._initPaths()\` first` },
  { at: 'NODE_PENDING_DEPRECATION', node: true, hearth: false, why: WHEN_NODE_STARTS },
  { at: 'TZ', node: [9, 'Asia/Tokyo'], hearth: [0, 'UTC'], why: `${WHEN_NODE_STARTS} Assign to \`process.env.TZ\`` },
];

exports.run = async () => {
  let resolved = false;
  try {
    resolved = require.resolve('README.md') !== '';
  } catch {
    // NODE_PATH is not searched.
  }
  return {
    'the variables are there': Object.entries(exports.environment).every(([name, value]) => process.env[name] === value),
    'LC_ALL': Intl.NumberFormat().resolvedOptions().locale,
    'NODE_DEBUG': util.debuglog('compatibility').enabled,
    'NODE_OPTIONS': Error.stackTraceLimit,
    'NODE_PATH': resolved,
    'NODE_PENDING_DEPRECATION': process.binding.name !== 'binding',
    'TZ': [new Date(0).getHours(), Intl.DateTimeFormat().resolvedOptions().timeZone],
  };
};
