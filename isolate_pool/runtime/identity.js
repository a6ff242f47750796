// What a fork shares with its zygote and must not: randomness and whatever Node keeps about the process.
'use strict';

// Taken before any function's code can replace them.
const { randomInt, randomUUID } = require('crypto');

const { internalBinding } = internal('internal/bootstrap/realm');

const CACHED_RANDOM_NUMBERS = 64;
// Sizes of the caches in Node's internal/crypto/random, in draws.
const CACHED_UUIDS = 128;
const CACHED_INTEGERS = 1024;

const randomNumbers = new Float64Array(CACHED_RANDOM_NUMBERS);
let randomNumbersLeft = 0;
let timeZone;

function define(target, name, { [name]: value }) {
  Object.defineProperty(target, name, { ...Object.getOwnPropertyDescriptor(target, name), value });
}

// V8's Math.random continues the same stream in every fork, and V8 offers no way to seed it again. This one draws from
// the same generator (xorshift128+, in C++), seeded by the kernel in each instance.
function replaceMathRandom() {
  define(Math, 'random', {
    random() {
      if (randomNumbersLeft === 0) {
        binding.fillRandom(randomNumbers);
        randomNumbersLeft = CACHED_RANDOM_NUMBERS;
      }
      return randomNumbers[--randomNumbersLeft];
    },
  });
}

// Whatever was drawn ahead in the process that this one was forked from is drawn by its other forks, too.
function forgetRandomness() {
  randomNumbersLeft = 0;
}

// Draws until the cache behind `draw` has just been filled, which takes a job of Node's, then the rest of it.
function emptyCache(draw, size) {
  const { prototype } = internalBinding('crypto').RandomBytesJob;
  const { run } = prototype;
  let filled = false;
  prototype.run = function (...args) {
    filled = true;
    return run.apply(this, args);
  };
  try {
    for (let i = 0; i <= size && !filled; i++) draw();
  } finally {
    prototype.run = run;
  }
  for (let i = 1; i < size; i++) draw();
}

// In the zygote, once.
function install() {
  replaceMathRandom();
  timeZone = process.env.TZ;
}

// In a fork of the zygote.
function assume(assignment) {
  takeOver(assignment);
  process.chdir(assignment.directory);
  process.argv = [process.execPath, assignment.entry];
  readEnvironment();
}

// What Node reads of the environment when it starts, and can read again.
function readEnvironment() {
  const { TZ, NODE_PATH, NODE_DEBUG } = process.env;
  if (TZ !== timeZone) {
    // Any change through process.env makes V8 look at the zone again.
    timeZone = TZ;
    if (TZ === undefined) delete process.env.TZ;
    else process.env.TZ = TZ;
  }
  if (NODE_PATH) require('module')._initPaths();
  if (NODE_DEBUG) internal('internal/util/debuglog').initializeDebugEnv(NODE_DEBUG);
}

// In a template, last: what its forks draw is drawn anew in each of them.
function becomeTemplate() {
  emptyCache(() => randomUUID(), CACHED_UUIDS);
  emptyCache(() => randomInt(2), CACHED_INTEGERS);
}

// In a fork of a template, whose function may have changed the rest on purpose.
function restore(assignment) {
  takeOver(assignment);
}

function takeOver(assignment) {
  forgetRandomness();
  Object.defineProperty(process, 'pid', { value: binding.pid(), writable: false, enumerable: true, configurable: true });
  process.title = `hearth: ${assignment.instance}`;
  restartClocks();
}

// What counts from the start of a process counts from the fork. The milestones of its start are past, all at once.
function restartClocks() {
  const { milestones, constants } = internalBinding('performance');
  const origin = binding.restartClocks();
  for (const name of ['TIME_ORIGIN', 'NODE_START', 'V8_START', 'ENVIRONMENT', 'BOOTSTRAP_COMPLETE']) {
    milestones[constants[`NODE_PERFORMANCE_MILESTONE_${name}`]] = origin;
  }
  milestones[constants.NODE_PERFORMANCE_MILESTONE_TIME_ORIGIN_TIMESTAMP] = Date.now() * 1000;
  // Without it there is no eventLoopUtilization().
  milestones[constants.NODE_PERFORMANCE_MILESTONE_LOOP_START] = Number(process.hrtime.bigint());
}

module.exports = { assume, becomeTemplate, install, restore };
