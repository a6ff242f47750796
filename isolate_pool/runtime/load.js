// Loads a function's code and finds out what kind of function it is.
'use strict';

const path = require('path');
const Module = require('module');
const { pathToFileURL } = require('url');
const { HearthError } = require('./failure');
const eventLane = require('./event_lane');
const fetchHandler = require('./fetch_handler');
const fetchLane = require('./fetch_lane');
const framework = require('./framework');
const httpLane = require('./http_lane');
const { settle } = require('./promises');

const CALLBACK_HANDLER_REMOVED =
  'ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to ' +
  'modify this function to use a supported handler signature to use Node.js 24 or later. For more information see ' +
  'https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.';

function isModule(entry) {
  const extension = path.extname(entry);
  if (extension === '.mjs' || extension === '.mts') return true;
  if (extension === '.cjs' || extension === '.cts') return false;
  return packageTypeOf(entry) === 'module';
}

function packageTypeOf(entry) {
  return internal('internal/modules/package_json_reader').getNearestParentPackageJSON(entry)?.data.type ?? 'none';
}

// As Node runs a main module: require.main and import.meta.main hold. Gives the exports, or a LoadingModule for code
// that is loaded asynchronously (ES modules).
function importEntry(entry) {
  if (!isModule(entry)) {
    const exports = Module._load(entry, null, true);
    // A file that turns out to be an ES module only by its syntax is loading now, and its exports are not here.
    const mayBeModule = packageTypeOf(entry) === 'none' && Object.keys(exports ?? {}).length === 0;
    if (!mayBeModule) return exports;
  }
  const loader = internal('internal/modules/esm/loader').getOrInitializeCascadedLoader();
  return new LoadingModule(loader.import(pathToFileURL(entry).href, undefined, { __proto__: null }, undefined, true));
}

class LoadingModule {
  constructor(promise) {
    this.promise = promise;
  }
}

function lookUp(exports, handlerPath) {
  for (const root of [exports, exports?.default]) {
    let value = root;
    for (const name of handlerPath.split('.')) value = value?.[name];
    if (value !== undefined) return value;
  }
  return undefined;
}

function fetchOf(exports) {
  return [exports?.default, exports].find((candidate) => typeof candidate?.fetch === 'function');
}

function useLambda(exports, { entry, handler }) {
  const name = handler || 'handler';
  const shown = `${path.parse(entry).name}.${name}`;
  const fn = lookUp(exports, name);
  if (fn === undefined) throw new HearthError('Runtime.HandlerNotFound', `${shown} is undefined or not exported`);
  if (typeof fn !== 'function') throw new HearthError('Runtime.HandlerNotFound', `${shown} is not a function`);
  if (fn.length >= 3) throw new HearthError('Runtime.CallbackHandlerDeprecated', CALLBACK_HANDLER_REMOVED);
  eventLane.serve(fn);
  httpLane.leaveToNode();
  return 'lambda';
}

function useFetch(exports, { entry }) {
  const target = fetchOf(exports);
  if (!target) {
    throw new HearthError('Hearth.HandlerNotFound',
      `${path.basename(entry)} does not export default an object with a fetch function`);
  }
  fetchLane.serve(target);
  httpLane.serveLater(() => fetchHandler.createServer(target));
  httpLane.leaveToNode();
  return 'fetch';
}

function noHandler({ entry }) {
  return new HearthError('Hearth.HandlerNotFound',
    `no handler found in ${path.basename(entry)}: expected \`export default { fetch }\`, an exported \`handler\`, or a ` +
    'server that calls listen()');
}

function detect(exports, assignment) {
  if (fetchOf(exports)) return useFetch(exports, assignment);
  if (assignment.handler || lookUp(exports, 'handler') !== undefined) return useLambda(exports, assignment);
  return '';
}

// Starts loading. `done` gives the kind, or '' when only a call of listen() can tell; that reports through `ready`.
// `whenIdle` decides when nothing is going on any more and neither has happened: it gives the kind, or throws.
function load(assignment, ready) {
  const { kind, entry } = assignment;
  httpLane.prepare(assignment.port);
  if (kind === 'lambda' || kind === 'fetch') httpLane.leaveToNode();
  let finished = false;
  let onFinished;
  if (kind === 'lambda') onFinished = (exports) => useLambda(exports, assignment);
  else if (kind === 'fetch') onFinished = (exports) => useFetch(exports, assignment);
  else if (kind === '') onFinished = (exports) => detect(exports, assignment) || (httpLane.listening() ? 'server' : '');
  else onFinished = () => (httpLane.listening() ? kind : '');

  if (kind !== 'lambda' && kind !== 'fetch') {
    httpLane.onListen(() => finished && ready(kind || 'server'));
  }
  const run = kind === 'http' || kind === 'cloudevent' ? () => framework.start(assignment) : () => importEntry(entry);
  const finish = (exports) => {
    finished = true;
    return onFinished(exports);
  };
  let done;
  try {
    const exports = run();
    done = exports instanceof LoadingModule ? settle(exports.promise, finish) : Promise.resolve(finish(exports));
  } catch (error) {
    done = Promise.reject(error);
  }
  const whenIdle = () => {
    if (httpLane.listening() && kind !== 'lambda' && kind !== 'fetch') return kind || 'server';
    if (!finished) {
      throw new HearthError('Hearth.NeverInitialised',
        `the top-level await in ${path.basename(entry)} never settles: nothing is pending that could settle it`);
    }
    throw noHandler(assignment);
  };
  return { done, whenIdle };
}

module.exports = { load };
