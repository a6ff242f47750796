// The event lane: calls a handler of the AWS Lambda contract (Node 24 and later: no callbacks) with one event.
'use strict';

const { Failure } = require('./failure');
const logs = require('./logs');
const { settle } = require('./promises');

// Taken before any function's code can replace them.
const { parse, stringify: toJson } = JSON;

let handler = null;
// By invocation id. No Map: a function may replace its methods.
let pending = { __proto__: null };
let pendingCount = 0;

function serve(fn) {
  handler = fn;
}

function contextOf(invocation) {
  const { requestId, deadlineMs, arn, clientContext } = invocation;
  const { env } = process;
  return {
    awsRequestId: requestId,
    clientContext: clientContext ? parse(clientContext) : undefined,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
    identity: undefined,
    invokedFunctionArn: arn,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    tenantId: undefined,
    xRayTraceId: undefined,
  };
}

function stringify(result) {
  if (result === undefined) return 'null';
  try {
    return toJson(result) ?? 'null';
  } catch {
    throw Object.assign(new Error('Unable to stringify response body'), { name: 'Runtime.JSONStringifyError' });
  }
}

async function run(invocation, payload) {
  const event = payload === '' ? {} : parse(payload);
  return stringify(await handler(event, contextOf(invocation)));
}

function forget(id) {
  if (!(id in pending)) return false;
  delete pending[id];
  pendingCount--;
  return true;
}

function finish(id, json, failure) {
  if (forget(id)) binding.result(id, json, failure);
}

function invoke(id, payload, requestId, deadlineMs, arn, clientContext) {
  const invocation = { requestId, deadlineMs, arn, clientContext };
  pending[id] = invocation;
  pendingCount++;
  logs.withRequest(requestId, () => {
    settle(
      run(invocation, payload),
      (json) => finish(id, json, undefined),
      (error) => finish(id, undefined, Failure.from(error)),
    );
  });
}

function cancel(id) {
  forget(id);
}

// Nothing is going on any more: what has not settled by now never will.
function idle() {
  if (pendingCount === 0 || binding.busy()) return false;
  for (const id in pending) {
    finish(Number(id), undefined, new Failure('Hearth.NeverSettled',
      'the handler\'s promise never settles: nothing is pending that could settle it'));
  }
  return true;
}

// As if nothing had been served yet.
function reset() {
  handler = null;
  pending = { __proto__: null };
  pendingCount = 0;
}

module.exports = { cancel, idle, invoke, reset, serve };
