// The fetch lane: requests for `export default { fetch(request, env, ctx) }` that came over the channel as a whole, and
// the way back of their responses. No HTTP parser and no socket is between the handler and the channel.
'use strict';

const { Failure } = require('./failure');
const { makeContext, readAhead } = require('./fetch_common');
const leanResponse = require('./lean_response');
const logs = require('./logs');
const { settle } = require('./promises');

// Taken before any function's code can replace it.
const { apply } = Reflect;
const { append, forEach } = Headers.prototype;
const headersOfRequest = Reflect.getOwnPropertyDescriptor(Request.prototype, 'headers').get;
const { encode } = TextEncoder.prototype;
const encoder = new TextEncoder();
const { subarray } = Uint8Array.prototype;

// Of one character of a string, at most.
const UTF8_BYTES = 3;

let target = null;
let env = null;
// By id. No Map: a function may replace its methods.
let calls = { __proto__: null };

// One request and its response.
class Call {
  headSent = false;
  abort = null;    // made when the handler asks for the request's signal
  aborted = false;
  sent = 0;        // bytes of the body so far
  credited = 0;    // of which have left hearth
  proceed = null;  // waits for credit
  reader = null;   // of the response's body, once it streams

  constructor(id, isHead) {
    this.id = id;
    this.isHead = isHead;
  }

  signal() {
    if (this.abort === null) {
      this.abort = new AbortController();
      if (this.aborted) this.abort.abort(goneAway());
    }
    return this.abort.signal;
  }
}

// Its signal is made when it is asked for, which few handlers do.
class IncomingRequest extends Request {
  #call;

  constructor(url, init, call) {
    super(url, init);
    this.#call = call;
  }

  get signal() {
    return this.#call.signal();
  }
}
Object.defineProperty(IncomingRequest, 'name', { value: 'Request' });
Object.defineProperty(IncomingRequest.prototype, 'constructor', { value: Request });

function goneAway() {
  return new DOMException('the client went away', 'AbortError');
}

function toRequest(call, method, path, fields, body) {
  let host = 'localhost';
  for (let i = 0; i < fields.length; i += 2) {
    if (fields[i].length === 4 && fields[i].toLowerCase() === 'host') host = fields[i + 1];
  }
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const request = new IncomingRequest(`http://${host}${path}`, { method, body: hasBody ? body : undefined }, call);
  const headers = apply(headersOfRequest, request, []);
  for (let i = 0; i < fields.length; i += 2) apply(append, headers, [fields[i], fields[i + 1]]);
  return request;
}

function flatten(headers) {
  const fields = [];
  apply(forEach, headers, [(value, name) => {
    fields[fields.length] = name;
    fields[fields.length] = value;
  }]);
  return fields;
}

function sendHead(call, response, body, more) {
  const fields = flatten(leanResponse.headersOf(response));
  call.headSent = true;
  binding.respond(call.id, leanResponse.statusOf(response), leanResponse.statusTextOf(response), fields, body, more,
    logs.takeLogged());
}

// Waits until the client has taken enough of what was sent; false if it has gone.
async function proceed(call) {
  while (!call.aborted && call.sent - call.credited >= binding.fetchWindow) {
    await new Promise((resolve) => (call.proceed = resolve));
  }
  return !call.aborted;
}

async function sendPieces(call, bytes) {
  if (!(bytes instanceof Uint8Array)) throw new TypeError('a chunk of the response\'s body is no Uint8Array');
  for (let at = 0; at < bytes.byteLength; at += binding.fetchPiece) {
    if (!(await proceed(call))) return false;
    const piece = apply(subarray, bytes, [at, at + binding.fetchPiece]);
    call.sent += piece.byteLength;
    binding.chunk(call.id, piece, false, false);
  }
  return !call.aborted;
}

async function sendStream(call, response, body) {
  const reader = body.getReader();
  call.reader = reader;
  const first = await reader.read();
  if (first.done) return sendHead(call, response, undefined, false);
  const { ended, next } = await readAhead(reader);
  if (ended && first.value instanceof Uint8Array && first.value.byteLength <= binding.fetchWindow) {
    return sendHead(call, response, first.value, false);
  }
  sendHead(call, response, undefined, true);
  if (!(await sendPieces(call, first.value))) return undefined;
  for (let result = await next; !result.done; result = await reader.read()) {
    if (!(await sendPieces(call, result.value))) return undefined;
  }
  return binding.chunk(call.id, undefined, true, false);
}

async function send(call, response) {
  if (!leanResponse.isResponse(response)) throw new TypeError('fetch did not return a Response');
  if (call.isHead) {
    if (leanResponse.take(response) === undefined) leanResponse.bodyOf(response)?.cancel();
    return sendHead(call, response, undefined, false);
  }
  const text = leanResponse.take(response);
  if (text === undefined) {
    const body = leanResponse.bodyOf(response);
    return body === null ? sendHead(call, response, undefined, false) : sendStream(call, response, body);
  }
  if (text.length <= binding.fetchWindow / UTF8_BYTES) return sendHead(call, response, text, false);
  const bytes = apply(encode, encoder, [text]);
  if (bytes.byteLength <= binding.fetchWindow) return sendHead(call, response, bytes, false);
  sendHead(call, response, undefined, true);
  if (await sendPieces(call, bytes)) binding.chunk(call.id, undefined, true, false);
  return undefined;
}

function fail(call, error) {
  if (call.aborted) return;
  console.error(error);
  if (call.headSent) {
    binding.chunk(call.id, undefined, true, true);
    return;
  }
  const failure = Failure.from(error);
  // The place of a syntax error is for those who load code, and not for those who ask.
  failure.frame = '';
  binding.failFetch(call.id, failure, logs.takeLogged());
}

function forget(call) {
  delete calls[call.id];
}

async function answer(call, method, path, fields, body) {
  await send(call, await target.fetch(toRequest(call, method, path, fields, body), env, makeContext()));
}

function run(call, method, path, fields, body) {
  settle(answer(call, method, path, fields, body), () => forget(call), (error) => {
    fail(call, error);
    forget(call);
  });
}

function serve(object) {
  target = object;
  env = { ...process.env };
}

// `fields`: name, value, name, value. `body`: a Uint8Array, or undefined.
function request(id, requestId, method, path, fields, body) {
  const call = new Call(id, method === 'HEAD');
  calls[id] = call;
  logs.withRequest(requestId, run, call, method, path, fields, body);
}

function cancel(id) {
  const call = calls[id];
  if (call === undefined) return;
  forget(call);
  call.aborted = true;
  call.abort?.abort(goneAway());
  call.proceed?.();
  if (call.reader) settle(call.reader.cancel(new Error('the client went away')), undefined, () => {});
}

function credit(id, bytes) {
  const call = calls[id];
  if (call === undefined) return;
  call.credited = bytes;
  call.proceed?.();
}

// As if nothing had been served yet.
function reset() {
  target = null;
  env = null;
  calls = { __proto__: null };
}

module.exports = { cancel, credit, request, reset, serve };
