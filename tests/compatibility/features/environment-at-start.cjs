'use strict';
// Variables that Node reads once, when it starts. An instance gets its environment later.
const util = require('node:util');

const WHEN_NODE_STARTS = 'Node reads it when the process starts, and an instance is not started but forked';

exports.environment = {
  LC_ALL: 'de_DE.UTF-8',
  NODE_DEBUG: 'compatibility',
  NODE_OPTIONS: '--stack-trace-limit=3',
  NODE_PATH: '/usr/bin',
  NODE_PENDING_DEPRECATION: '1',
  NODE_TLS_REJECT_UNAUTHORIZED: '0',
  TZ: 'Asia/Tokyo',
};

exports.differences = [
  { at: 'LC_ALL', node: 'de-DE', hearth: 'en-US', why: `${WHEN_NODE_STARTS}. Name the locale: \`new Intl.NumberFormat('de-DE')\`` },
  { at: 'NODE_OPTIONS', node: 3, hearth: 10, why: `${WHEN_NODE_STARTS}. Use the API: \`Error.stackTraceLimit\`, \`process.setSourceMapsEnabled()\`, \`v8.setFlagsFromString()\`, \`module.registerHooks()\`` },
  { at: 'NODE_PENDING_DEPRECATION', node: true, hearth: false, why: WHEN_NODE_STARTS },
];

exports.run = async () => {
  let resolved = false;
  try {
    resolved = require.resolve('env') !== '';
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
