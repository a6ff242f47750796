const REPORTED = 'hearth reports the error that ends an instance with this listener, which changes nothing else';
export const differences = [
  { at: 'listeners: uncaughtExceptionMonitor', node: 'absent', hearth: 1, why: REPORTED },
];

// Names and kinds of all that process and the global object have.
function shapeOf(object) {
  return Object.fromEntries(Object.entries(Object.getOwnPropertyDescriptors(object)).map(
    ([name, { value, get, writable, enumerable, configurable }]) =>
      [name, `${get ? 'accessor' : typeof value} ${writable} ${enumerable} ${configurable}`]));
}

const listenersOf = (emitter) =>
  Object.fromEntries(emitter.eventNames().map((name) => [String(name), emitter.listenerCount(name)]));

export async function run() {
  return {
    'process': shapeOf(process),
    'prototype of process': shapeOf(Object.getPrototypeOf(process)),
    'globalThis': shapeOf(globalThis),
    'symbols of globalThis': Object.getOwnPropertySymbols(globalThis).map(String).sort(),
    'Math': shapeOf(Math),
    'Performance': shapeOf(Performance.prototype),
    'listeners': listenersOf(process),
  };
}
