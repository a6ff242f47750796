'use strict';
const crypto = require('node:crypto');
const vm = require('node:vm');

const COUNT = 2000;

const SEEDED = 'V8 cannot be seeded again, so hearth replaces the function; the generator is the same';
exports.differences = [
  { at: 'Math.random is native', node: true, hearth: false, why: SEEDED },
];

exports.run = async () => {
  const numbers = Array.from({ length: COUNT }, Math.random);
  const mean = numbers.reduce((sum, n) => sum + n) / COUNT;
  const inContext = vm.runInNewContext('Array.from({ length: 1000 }, Math.random)');
  return {
    'Math.random is in [0, 1)': numbers.every((n) => n >= 0 && n < 1),
    'Math.random is different': new Set(numbers).size,
    'Math.random is spread': Math.abs(mean - 0.5) < 0.1,
    'Math.random as a function': [Math.random.name, Math.random.length],
    'Math.random is native': /native code/.test(Math.random.toString()),
    'in a new context': new Set(inContext).size,
    'randomUUID': new Set(Array.from({ length: 300 }, () => crypto.randomUUID())).size,
    'uuid without a cache': crypto.randomUUID({ disableEntropyCache: true }).length,
    'UUID v7 is ordered': (() => {
      const ids = Array.from({ length: 10 }, () => crypto.randomUUIDv7?.() ?? '');
      return ids.every((id, i) => i === 0 || id.slice(0, 13) >= ids[i - 1].slice(0, 13));
    })(),
    'randomInt': new Set(Array.from({ length: 100 }, () => crypto.randomInt(2 ** 40))).size,
    'randomBytes': new Set(Array.from({ length: 100 }, () => crypto.randomBytes(16).toString('hex'))).size,
  };
};
