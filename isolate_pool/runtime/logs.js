// Which request wrote a line: an async context per request, and a marker in the output stream whenever it changes.
//
// A marker is NUL 'H' <request id> NUL. The invoker cuts it out (pool/log_splitter.h) and checks that the request is one
// that this instance is serving, so a function that writes markers of its own can confuse only itself.
'use strict';

const { AsyncLocalStorage } = require('async_hooks');

const requests = new AsyncLocalStorage();
let logged = false;

// Runs fn with what it logs, now and later, attributed to the request.
function withRequest(requestId, fn, ...args) {
  return requests.run(requestId, fn, ...args);
}

function marked(stream) {
  const write = stream.write;
  let last = '';
  stream.write = function (chunk, encoding, callback) {
    logged = true;
    const current = requests.getStore() ?? '';
    if (current !== last) {
      last = current;
      write.call(this, `\0H${current}\0`);
    }
    return write.call(this, chunk, encoding, callback);
  };
  return stream;
}

const originals = new Map();

// The streams are made on first use, as in Node: a function that logs nothing pays nothing.
function install() {
  for (const name of ['stdout', 'stderr']) {
    const original = Object.getOwnPropertyDescriptor(process, name);
    originals.set(name, original);
    let stream;
    Object.defineProperty(process, name, {
      ...original,
      get() {
        stream ??= marked(original.get.call(process));
        return stream;
      },
    });
  }
}

// Before the first use.
function uninstall() {
  for (const [name, original] of originals) Object.defineProperty(process, name, original);
}

// Whether anything was written since the last call. Whoever is told looks for it before the request is forgotten.
function takeLogged() {
  const was = logged;
  logged = false;
  return was;
}

module.exports = { install, takeLogged, uninstall, withRequest };
