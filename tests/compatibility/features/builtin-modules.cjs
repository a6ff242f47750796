'use strict';
// Every built-in module can be loaded, and has the same exports of the same kinds.
const { builtinModules } = require('node:module');
// Modules below it load it in a circle otherwise.
require('node:tls');

exports.differences = [
  { at: 'console: createTask', node: 'function', hearth: 'absent', why: 'Part of the inspector, see inspector' },
  {
    at: 'trace_events',
    node: { createTracing: 'function', getEnabledCategories: 'function' },
    hearth: 'ERR_TRACE_EVENTS_UNAVAILABLE',
    why: 'See trace-events',
  },
];

exports.run = async () => {
  const emitWarning = process.emitWarning;
  process.emitWarning = () => {};
  const result = {};
  for (const name of builtinModules) {
    try {
      const exported = require(name);
      result[name] = Object.fromEntries(Object.keys(exported).sort().map((key) => [key, typeof exported[key]]));
    } catch (error) {
      result[name] = error.code;
    }
  }
  process.emitWarning = emitWarning;
  return result;
};
