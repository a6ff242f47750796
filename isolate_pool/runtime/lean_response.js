// The Response of functions: Node's own, but a text becomes a stream only when somebody asks for the stream. Making one
// costs more than all the rest of a short answer.
'use strict';

const Base = Response;

// Taken before any function's code can replace it.
const { toWellFormed } = String.prototype;
const { stringify } = JSON;
const { apply, getOwnPropertyDescriptor } = Reflect;
const { append, has } = Headers.prototype;
const hasInstance = Function.prototype[Symbol.hasInstance];
const original = getOwnPropertyDescriptor(globalThis, 'Response');

function getterOf(name) {
  const { get } = getOwnPropertyDescriptor(Base.prototype, name);
  return (response) => apply(get, response, []);
}

const bodyOf = getterOf('body');
const bodyUsedOf = getterOf('bodyUsed');
const headersOf = getterOf('headers');
const statusOf = getterOf('status');
const statusTextOf = getterOf('statusText');

const TEXT = 'text/plain;charset=UTF-8';
// Nobody else's third argument counts.
const JSON_TYPE = { type: 'application/json' };

let isLean;  // its text is no stream yet
let full;    // the same response with its stream
let take;

class LeanResponse extends Base {
  #text;  // undefined: an ordinary Response
  #full;
  #taken = false;

  constructor(body = null, init = undefined, type = undefined) {
    if (typeof body !== 'string') {
      super(body, init);
      return;
    }
    super(null, init);
    const status = statusOf(this);
    // Those have no body: throws what Node throws.
    if (status === 204 || status === 205 || status === 304) new Base(body, init);
    this.#text = body;
    const headers = headersOf(this);
    if (!apply(has, headers, ['content-type'])) {
      apply(append, headers, ['content-type', type === JSON_TYPE ? JSON_TYPE.type : TEXT]);
    }
  }

  get body() { return bodyOf(full(this)); }
  get bodyUsed() { return isLean(this) ? this.#taken : bodyUsedOf(full(this)); }
  clone() { return apply(super.clone, full(this), []); }
  arrayBuffer() { return apply(super.arrayBuffer, full(this), []); }
  blob() { return apply(super.blob, full(this), []); }
  bytes() { return apply(super.bytes, full(this), []); }
  formData() { return apply(super.formData, full(this), []); }
  json() { return apply(super.json, full(this), []); }
  text() { return apply(super.text, full(this), []); }
  textStream() { return apply(super.textStream, full(this), []); }

  static json(data, init = undefined) {
    const text = arguments.length === 0 ? undefined : stringify(data);
    return text === undefined ? super.json(...arguments) : new LeanResponse(text, init, JSON_TYPE);
  }

  // Responses of fetch() are Node's.
  static [Symbol.hasInstance](value) {
    return apply(hasInstance, this === LeanResponse ? Base : this, [value]);
  }

  static {
    const hasText = (response) =>
      typeof response === 'object' && response !== null && #text in response && response.#text !== undefined;
    isLean = (response) => hasText(response) && response.#full === undefined;
    full = (response) => {
      if (!isLean(response)) return hasText(response) ? response.#full : response;
      response.#full = new Base(response.#text, {
        status: statusOf(response), statusText: statusTextOf(response), headers: headersOf(response),
      });
      if (response.#taken) response.#full.body.cancel();
      return response.#full;
    };
    take = (response) => {
      if (!isLean(response)) return undefined;
      if (response.#taken) throw new TypeError('Body is unusable: Body has already been read');
      response.#taken = true;
      return apply(toWellFormed, response.#text, []);
    };
  }
}

Object.defineProperty(LeanResponse, 'name', { value: 'Response' });
for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(LeanResponse.prototype))) {
  if (name !== 'constructor') Object.defineProperty(LeanResponse.prototype, name, { ...descriptor, enumerable: true });
}

function install() {
  Object.defineProperty(globalThis, 'Response', { ...original, value: LeanResponse });
}

function uninstall() {
  Object.defineProperty(globalThis, 'Response', original);
}

module.exports = {
  install,
  uninstall,
  // Any Response, also one that a function made of Node's class.
  isResponse: (value) => apply(hasInstance, Base, [value]),
  // The whole body, if it is a text and no stream was made of it; then it counts as read. Else undefined.
  take,
  bodyOf: (response) => bodyOf(full(response)),
  headersOf,
  statusOf,
  statusTextOf,
};
