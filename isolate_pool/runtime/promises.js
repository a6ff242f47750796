// What the runtime needs of promises, taken before any function's code can replace it.
'use strict';

const { apply } = Reflect;
const { then } = Promise.prototype;

// promise.then(onFulfilled, onRejected), whatever Promise.prototype.then is by now.
function settle(promise, onFulfilled, onRejected) {
  return apply(then, promise, [onFulfilled, onRejected]);
}

module.exports = { settle };
