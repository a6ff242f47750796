// Serves `export default { fetch(request, env, ctx) }` on Node's HTTP server.
'use strict';

const http = require('http');
const { makeContext, readAhead } = require('./fetch_common');
const { settle } = require('./promises');

// Taken before any function's code can replace it.
const { stringify } = JSON;
const { Readable } = require('stream');

function toHeaders(rawHeaders) {
  const headers = new Headers();
  for (let i = 0; i < rawHeaders.length; i += 2) headers.append(rawHeaders[i], rawHeaders[i + 1]);
  return headers;
}

function toRequest(incoming, signal) {
  const { method } = incoming;
  const init = { method, headers: toHeaders(incoming.rawHeaders), signal };
  const hasBody = method !== 'GET' && method !== 'HEAD' &&
    (incoming.headers['content-length'] !== undefined || incoming.headers['transfer-encoding'] !== undefined);
  if (hasBody) {
    init.body = Readable.toWeb(incoming);
    init.duplex = 'half';
  }
  return new Request(`http://${incoming.headers.host ?? 'localhost'}${incoming.url}`, init);
}

function writeHead(outgoing, response) {
  outgoing.statusCode = response.status;
  if (response.statusText) outgoing.statusMessage = response.statusText;
  for (const [name, value] of response.headers) {
    if (name !== 'set-cookie') outgoing.setHeader(name, value);
  }
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) outgoing.setHeader('set-cookie', cookies);
}

function drained(outgoing) {
  return new Promise((resolve) => {
    const done = () => {
      outgoing.off('drain', done);
      outgoing.off('close', done);
      resolve();
    };
    outgoing.on('drain', done);
    outgoing.on('close', done);
  });
}

async function send(outgoing, response) {
  writeHead(outgoing, response);
  if (response.body === null || outgoing.req.method === 'HEAD') {
    response.body?.cancel();
    outgoing.end();
    return;
  }
  const reader = response.body.getReader();
  outgoing.on('close', () => {
    if (!outgoing.writableFinished) settle(reader.cancel(new Error('the client went away')), undefined, () => {});
  });
  const first = await reader.read();
  if (first.done) {
    outgoing.end();
    return;
  }
  const { ended, next } = await readAhead(reader);
  if (ended) {
    // Whole: Node sends it with a Content-Length, in one write.
    outgoing.end(first.value);
    return;
  }
  if (!outgoing.write(first.value)) await drained(outgoing);
  for (let result = await next; !result.done; result = await reader.read()) {
    if (outgoing.destroyed) return;
    if (!outgoing.write(result.value)) await drained(outgoing);
  }
  outgoing.end();
}

function fail(outgoing, error) {
  console.error(error);
  if (outgoing.headersSent) {
    outgoing.destroy();
    return;
  }
  // Tells the invoker that this is the function's error and not its answer; it is taken out on the way.
  const { Failure } = require('./failure');
  const { type, message, stack } = Failure.from(error);
  for (const name of outgoing.getHeaderNames()) outgoing.removeHeader(name);
  outgoing.statusCode = 500;
  outgoing.setHeader('x-hearth-function-error', '1');
  outgoing.setHeader('content-type', 'application/json');
  outgoing.end(stringify({ type, message, stack }));
}

function createServer(target) {
  const env = { ...process.env };
  return http.createServer(async (incoming, outgoing) => {
    const abort = new AbortController();
    outgoing.on('close', () => {
      if (!outgoing.writableFinished) abort.abort(new DOMException('the client went away', 'AbortError'));
    });
    try {
      const response = await target.fetch(toRequest(incoming, abort.signal), env, makeContext());
      if (!(response instanceof Response)) throw new TypeError('fetch did not return a Response');
      await send(outgoing, response);
    } catch (error) {
      if (!abort.signal.aborted) fail(outgoing, error);
    }
  });
}

module.exports = { createServer };
