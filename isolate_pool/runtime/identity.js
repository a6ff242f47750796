// What a fork shares with its zygote and must not: randomness and whatever Node keeps about the process.
'use strict';

const { performance } = require('perf_hooks');

const CACHED_RANDOM_NUMBERS = 64;
const { now, mark } = Performance.prototype;

function define(target, name, { [name]: value }) {
  Object.defineProperty(target, name, { value, writable: true, enumerable: false, configurable: true });
}

// V8's Math.random continues the same stream in every fork, and V8 offers no way to seed it again. This one draws from
// the same generator (xorshift128+, in C++), seeded by the kernel in each instance.
function replaceMathRandom() {
  const cache = new Float64Array(CACHED_RANDOM_NUMBERS);
  let left = 0;
  define(Math, 'random', {
    random() {
      if (left === 0) {
        binding.fillRandom(cache);
        left = CACHED_RANDOM_NUMBERS;
      }
      return cache[--left];
    },
  });
}

function assume(assignment) {
  replaceMathRandom();
  Object.defineProperty(process, 'pid', { value: binding.pid(), writable: false, enumerable: true, configurable: true });
  process.chdir(assignment.directory);
  process.argv = [process.execPath, assignment.entry];
  process.title = `hearth: ${assignment.instance}`;
  refreshTimeOrigin();
}

// performance.now() and performance.timeOrigin count from the fork, not from the zygote's boot. Node keeps the base of
// the first in C++, out of reach, so what it gives is shifted.
function refreshTimeOrigin() {
  const { internalBinding } = internal('internal/bootstrap/realm');
  const { milestones, constants } = internalBinding('performance');
  milestones[constants.NODE_PERFORMANCE_MILESTONE_TIME_ORIGIN_TIMESTAMP] = Date.now() * 1000;

  const forkedAt = now.call(performance);
  define(Performance.prototype, 'now', {
    now() {
      return now.call(this) - forkedAt;
    },
  });
  define(Performance.prototype, 'mark', {
    mark(name, options = {}) {
      return mark.call(this, name, { ...options, startTime: options.startTime ?? this.now() });
    },
  });
}

module.exports = { assume };
