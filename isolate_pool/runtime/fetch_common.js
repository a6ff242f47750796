// What a fetch handler is given, and how its answer's body begins, whichever lane the request came by.
'use strict';

const { settle } = require('./promises');

// How many microtask turns a body gets to prove that it ends with its first piece. A buffer does so at once; a real
// stream takes longer and is sent as it comes.
const MICROTASK_TURNS = 8;

// The handler's third argument.
function makeContext() {
  return {
    waitUntil(promise) {
      settle((async () => promise)(), undefined, (error) => console.error(error));
    },
    passThroughOnException() {},
  };
}

// The read after the first of a body: `ended` if nothing comes any more, else `next` gives what comes.
async function readAhead(reader) {
  let following = null;
  const next = settle(reader.read(), (result) => (following = result));
  for (let turn = 0; turn < MICROTASK_TURNS && following === null; turn++) await undefined;
  return { ended: following?.done === true, next };
}

module.exports = { makeContext, readAhead };
