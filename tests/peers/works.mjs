// The work that all peers do, each in its dialect: what is asked, and what the answer must be.
//
// A dialect is the contract between a platform and a function: `fetch` (web standard handler), `server` (a program that
// listens), `framework` (Google's functions-framework), `lambda` (AWS). The functions are work/DIALECT/WORK.mjs.
import path from 'node:path';

const ORDER_BYTES = 1024;
const FIB_28 = 317811;
const LARGE_BYTES = 100 * 1024;

export const WORK_FOLDER = path.join(import.meta.dirname, 'work');

function order() {
  const items = Array.from({ length: 12 }, (_, n) => ({
    id: n,
    name: `item ${n}`,
    price: n * 1.25,
    stock: n % 2 === 0,
  }));
  const value = { customer: 'Ada', items, note: '' };
  value.note = 'n'.repeat(ORDER_BYTES - JSON.stringify(value).length);
  return value;
}

export const ORDER = JSON.stringify(order());
const COUNTED = JSON.stringify({ ...order(), count: order().items.length });

const post = (body) => ({ method: 'POST', headers: { 'content-type': 'application/json' }, body });
const is = (text) => (body) => body === text;

// How it is asked over plain HTTP. All answers have the status 200.
const HTTP = {
  hello: { request: {}, accepts: is('Hello, World!\n') },
  hold: { request: post('{}'), accepts: is('Hello, World!\n') },
  json: { request: post(ORDER), accepts: is(COUNTED) },
  large: { request: {}, accepts: (body) => body.length === LARGE_BYTES },
  cpu: { request: {}, accepts: is(`${FIB_28}\n`) },
  express: { request: {}, accepts: is('Hello, World!\n') },
};

// An API Gateway event, payload format 2.0, cut to what the adapter of Express reads.
const GATEWAY_EVENT = {
  version: '2.0',
  rawPath: '/',
  rawQueryString: '',
  headers: { host: 'localhost' },
  requestContext: { http: { method: 'GET', path: '/', sourceIp: '127.0.0.1' } },
  isBase64Encoded: false,
};

// The qualifier is what an SDK sends when it is asked for a version. Without it `hearth bench` would know this for Lambda's API,
// and ask for each invocation's log as well.
export const invokePath = (name) => `/2015-03-31/functions/${name}/invocations?Qualifier=$LATEST`;

// As an event, over Lambda's Invoke API.
const LAMBDA = {
  hello: { request: post('{}'), accepts: is('{"message":"Hello, World!"}') },
  hold: { request: post('{}'), accepts: is('{"message":"Hello, World!"}') },
  json: HTTP.json,
  large: { request: post('{}'), accepts: (body) => body.length === LARGE_BYTES + '{"text":""}'.length },
  cpu: { request: post('{}'), accepts: is(`{"result":${FIB_28}}`) },
  express: {
    request: post(JSON.stringify(GATEWAY_EVENT)),
    accepts: (body) => JSON.parse(body).statusCode === 200 && JSON.parse(body).body === 'Hello, World!\n',
  },
};

// Undefined where a dialect has no such work.
export function work(dialect, name) {
  return (dialect === 'lambda' ? LAMBDA : HTTP)[name];
}

export function workFile(dialect, name) {
  return path.join(WORK_FOLDER, dialect, `${name}.mjs`);
}

// Throws unless the answer is the one that the work must give.
export function check(dialect, name, { status, body }) {
  if (status === 200 && work(dialect, name).accepts(body)) return;
  throw new Error(`${name} (${dialect}): wrong answer: ${status} ${JSON.stringify(body.slice(0, 300))}`);
}
