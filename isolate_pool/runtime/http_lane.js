// The HTTP lane: connections come from the invoker, over the channel; the function's own server never binds a port.
//
// `listen` on the function's port is answered without a socket: the server counts as listening, and each connection that
// the invoker passes in is handed to it as if it had been accepted. Any other listen (port 0, a path, another port once
// the function's server is found) is left to Node.
'use strict';

const http = require('http');
const net = require('net');
const logs = require('./logs');

const REQUEST_ID_HEADER = 'x-hearth-request-id';

let server = null;
let serverPort = 0;
let fallback = null;  // listens on a port of the system's choice; served if no other server appears
let expectedPort = 0;
let intercepting = true;
let onListening = null;
let makeServer = null;  // for the first connection
const waiting = [];

// Stands in for the handle of a listening socket.
class ListenHandle {
  constructor(port) {
    this.port = port;
  }
  getsockname(out) {
    Object.assign(out, { address: '127.0.0.1', family: 'IPv4', port: this.port });
    return 0;
  }
  close(callback) {
    if (callback) process.nextTick(callback);
  }
  ref() {}
  unref() {}
  hasRef() {
    return true;
  }
}

function isHttpServer(candidate) {
  return candidate instanceof http.Server;
}

// What the server logs while it answers belongs to the request.
function attributeLogs(target) {
  const emit = target.emit;
  Object.defineProperty(target, 'emit', {
    value(event, request, ...rest) {
      const id = event === 'request' || event === 'upgrade' ? request?.headers?.[REQUEST_ID_HEADER] : undefined;
      return id === undefined
        ? emit.call(this, event, request, ...rest)
        : logs.withRequest(id, () => emit.call(this, event, request, ...rest));
    },
    writable: true,
    configurable: true,
  });
}

function serve(target) {
  server = target;
  // The invoker decides how long idle connections stay; a server that closes one would race with the next request.
  target.keepAliveTimeout = 0;
  attributeLogs(target);
  for (const fd of waiting.splice(0)) connect(fd);
}

// A server that is not made before somebody connects.
function serveLater(make) {
  makeServer = make;
}

function pretendToListen(target, port) {
  target._handle = new ListenHandle(port);
  target._connectionKey = `4:127.0.0.1:${port}`;
  process.nextTick(() => {
    // The server may have been closed again meanwhile.
    if (!target._handle) return;
    target.emit('listening');
    onListening?.();
  });
}

// Once per process.
function install() {
  const listen = net.Server.prototype.listen;
  net.Server.prototype.listen = function (...args) {
    if (!intercepting || !isHttpServer(this)) return listen.apply(this, args);
    const [options, callback] = net._normalizeArgs(args);
    const port = Number(options.port);
    if (options.port === undefined || options.path !== undefined || !(port > 0)) {
      if (port === 0 || args.length === 0) fallback ??= this;
      return listen.apply(this, args);
    }
    const taken = server !== null && serverPort !== expectedPort && port === expectedPort;
    if (server !== null && port !== serverPort && !taken) return listen.apply(this, args);
    if (callback) this.once('listening', callback);
    if (server === null || taken) {
      serverPort = port;
      serve(this);
    }
    pretendToListen(this, port);
    return this;
  };
}

function prepare(port) {
  expectedPort = port;
  intercepting = true;
}

// The function is known to be no server: those that it starts are its own business.
function leaveToNode() {
  intercepting = false;
}

// As if nothing had been served yet.
function reset() {
  // Else the timer that watches its connections would go on in every fork.
  server?.close();
  server = null;
  serverPort = 0;
  fallback = null;
  onListening = null;
  makeServer = null;
}

function onListen(callback) {
  onListening = callback;
}

function listening() {
  if (server === null && fallback?.listening) serve(fallback);
  return server !== null;
}

function connect(fd) {
  if (makeServer !== null) {
    serve(makeServer());
    makeServer = null;
  }
  if (server === null) {
    waiting.push(fd);
    return null;
  }
  const socket = new net.Socket({ fd, readable: true, writable: true, allowHalfOpen: true });
  // The peer is the invoker; the client's own address is in X-Forwarded-For.
  Object.defineProperties(socket, {
    remoteAddress: { value: '127.0.0.1', configurable: true },
    remoteFamily: { value: 'IPv4', configurable: true },
    remotePort: { value: 0, configurable: true },
    localAddress: { value: '127.0.0.1', configurable: true },
    localPort: { value: serverPort, configurable: true },
  });
  // As net.Server does for a connection that it accepted, so that close() and getConnections() see it.
  server._connections++;
  socket.server = server;
  socket._server = server;
  server.emit('connection', socket);
  return socket;
}

module.exports = { connect, install, leaveToNode, listening, onListen, prepare, reset, serve, serveLater };
