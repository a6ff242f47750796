// What C++ calls (instance/runtime.cc). `assign` makes this process the instance of one function; the others carry work
// to it. Nothing here is specific to a kind of function.
'use strict';

const { Failure } = require('./failure');
const identity = require('./identity');
const logs = require('./logs');
const load = require('./load');
const eventLane = require('./event_lane');
const fetchLane = require('./fetch_lane');
const httpLane = require('./http_lane');
const leanResponse = require('./lean_response');
const { settle } = require('./promises');
const program = require('./program');
const { exercise } = require('./warm');

let settled = false;
let kind = '';
let whenIdle = null;

function initialised(detected) {
  if (settled) return;
  settled = true;
  whenIdle = null;
  kind = detected;
  binding.initialised(kind, undefined);
}

function initFailed(error) {
  if (settled) return;
  settled = true;
  binding.initialised('', Failure.from(error));
}

// The last words of an instance that dies of an error nobody caught. A monitor does not change what Node does next.
function reportUncaught(error, origin) {
  // The function deals with it by itself, and lives on.
  if (process.listenerCount('uncaughtException') > 0 || process.hasUncaughtExceptionCaptureCallback()) return;
  const failure = Failure.from(error);
  if (settled) binding.uncaught(failure, origin);
  else initFailed(error);
}

// In the zygote, last: what every instance needs, done once for all, and what each will do for itself, rehearsed, so that
// it is compiled by then.
async function warm(exercised) {
  logs.install();
  httpLane.install();
  leanResponse.install();
  process.on('uncaughtExceptionMonitor', reportUncaught);
  identity.install();
  identity.assume({ directory: '/', entry: '', instance: 'zygote' });
  if (exercised) await exercise();
  initialised('');
  idle();
  settled = false;
}

function assign(assignment) {
  identity.assume(assignment);
  const outcome = load.load(assignment, initialised);
  whenIdle = outcome.whenIdle;
  settle(outcome.done, (detected) => detected && initialised(detected), initFailed);
}

// Instead of assign: this process runs a program, and no function.
function runProgram(description) {
  process.removeListener('uncaughtExceptionMonitor', reportUncaught);
  leanResponse.uninstall();
  program.run(description);
}

// The function is initialised, and this process will only be forked.
function becomeTemplate() {
  process.title += ' (template)';
  identity.becomeTemplate();
}

// In a fork of a template. What the function's init kept that must not be shared (connections cannot be, they make a
// template unsafe; random ids, clocks, caches can) it renews in its listeners for `restore`.
async function restore(assignment) {
  identity.restore(assignment);
  settled = false;
  try {
    for (const listener of process.listeners('restore')) await listener.call(process);
    initialised(kind);
  } catch (error) {
    initFailed(error);
  }
}

// The event loop has nothing left to do. Called by C++ before it blocks; true if that led to new work.
function idle() {
  if (!settled && whenIdle) {
    const decide = whenIdle;
    whenIdle = null;
    try {
      initialised(decide());
    } catch (error) {
      initFailed(error);
    }
    return true;
  }
  return eventLane.idle();
}

module.exports = {
  assign,
  becomeTemplate,
  restore,
  runProgram,
  idle,
  invoke: eventLane.invoke,
  cancel: eventLane.cancel,
  connect: httpLane.connect,
  fetchRequest: fetchLane.request,
  fetchCancel: fetchLane.cancel,
  fetchCredit: fetchLane.credit,
  warm,
};
