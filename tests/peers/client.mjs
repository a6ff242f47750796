// One HTTP request over a connection of its own, timed from its beginning to the first byte of the answer.
//
//   const answer = await ask({ port: 8080, path: '/' });         // {status, headers, body, ms}
//   const answer = await askUntilUp(child, request, begin);      // of a server that is starting; `begin`: performance.now()
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const ANSWER_GUARD_MS = 30_000;
// How soon a server that is starting is asked again. Shorter would take the processor from what is measured.
const RETRY_MS = 1;

const REFUSED = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE']);

function head({ port, method = 'GET', path = '/', headers = {}, body = '' }) {
  const lines = [`${method} ${path} HTTP/1.1`, `host: 127.0.0.1:${port}`, 'connection: close'];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  if (body || method !== 'GET') lines.push(`content-length: ${Buffer.byteLength(body)}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}

function dechunk(text) {
  let body = '';
  for (let at = 0; ;) {
    const end = text.indexOf('\r\n', at);
    const size = parseInt(text.slice(at, end), 16);
    if (!(size > 0)) return body;
    body += text.slice(end + 2, end + 2 + size);
    at = end + 2 + size + 2;
  }
}

// The text of a whole response whose end is the end of the connection, one character a byte.
export function parseResponse(text) {
  const end = text.indexOf('\r\n\r\n');
  const [statusLine, ...lines] = text.slice(0, end).split('\r\n');
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(statusLine)?.[1]);
  if (end < 0 || !status) throw new Error(`not an HTTP response: ${JSON.stringify(text.slice(0, 200))}`);
  const headers = Object.fromEntries(
    lines.map((line) => [line.split(':', 1)[0].toLowerCase(), line.replace(/^.*?: */, '')]),
  );
  const raw = text.slice(end + 4);
  return { status, headers, body: headers['transfer-encoding'] === 'chunked' ? dechunk(raw) : raw };
}

// Gives {status, headers, body, ms}. `held` is awaited between the head of the request and its body.
export function ask(request, { begin = performance.now(), held } = {}) {
  const { port, body = '' } = request;
  return new Promise((resolve, reject) => {
    let firstByte;
    let text = '';
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const sent = () =>
      socket.setTimeout(ANSWER_GUARD_MS, () => socket.destroy(new Error(`no answer within ${ANSWER_GUARD_MS} ms`)));
    socket.on('connect', async () => {
      socket.write(head(request));
      await held;
      socket.write(body, sent);
    });
    socket.setEncoding('latin1');
    socket.on('data', (part) => {
      firstByte ??= performance.now();
      text += part;
    });
    socket.on('error', reject);
    socket.on('close', () => {
      if (firstByte === undefined) {
        reject(Object.assign(new Error('the connection was closed without an answer'), { code: 'ECONNRESET' }));
        return;
      }
      try {
        resolve({ ...parseResponse(text), ms: firstByte - begin });
      } catch (error) {
        reject(error);
      }
    });
  });
}

// Repeats the request until it is answered; rejects if the child ends.
export async function askUntilUp(child, request, begin = performance.now()) {
  const end = performance.now() + ANSWER_GUARD_MS;
  const answer = async () => {
    for (;;) {
      try {
        return await ask(request, { begin });
      } catch (error) {
        if (!REFUSED.has(error.code) || performance.now() > end) throw error;
      }
      await delay(RETRY_MS);
    }
  };
  return await child.during(answer());
}
