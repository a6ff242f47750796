import { failureOf } from '../support.mjs';

export async function run() {
  const clone = structuredClone({ map: new Map([[{ a: 1 }, new Set([1])]]), date: new Date(0), blob: new Blob(['b']), error: new RangeError('r', { cause: 1 }) });
  const buffer = new ArrayBuffer(8);
  const moved = structuredClone(buffer, { transfer: [buffer] });
  const target = new EventTarget();
  const events = [];
  target.addEventListener('x', ({ type, detail }) => events.push([type, detail]), { once: true });
  target.dispatchEvent(new CustomEvent('x', { detail: 1 }));
  target.dispatchEvent(new CustomEvent('x', { detail: 2 }));
  const any = AbortSignal.any([AbortSignal.timeout(5), new AbortController().signal]);
  await new Promise((resolve) => any.addEventListener('abort', resolve));
  const locks = [];
  await Promise.all([1, 2].map((id) => navigator.locks?.request('lock', async () => { locks.push(`in ${id}`); await null; locks.push(`out ${id}`); })));
  const pattern = new URLPattern({ pathname: '/users/:id' });
  return {
    'structuredClone': [clone.map.size, clone.date.getTime(), await clone.blob.text(), clone.error.cause, moved.byteLength, buffer.byteLength],
    'functions are not cloned': await failureOf(() => structuredClone(() => {})),
    'events': events,
    'abort': [any.aborted, any.reason.name],
    'URL': [new URL('../b?c#d', 'http://é.example/a/').href, URL.canParse('x'), URL.parse('none')],
    'URLPattern': pattern.exec('http://a/users/7').pathname.groups.id,
    'text': [new TextDecoder('utf-16le').decode(new Uint8Array([104, 0])), new TextEncoder().encode('é').length, await failureOf(() => new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array([255])))],
    'base64': [btoa('text'), atob('dGV4dA=='), Uint8Array.fromBase64?.('AQ==')[0] ?? null],
    'Blob': [await new Blob(['a', new Uint8Array([98])]).text(), await new File(['x'], 'n').slice(0, 1).text()],
    'FormData': [...await (await new Response(new URLSearchParams({ a: '1' })).formData())],
    'Headers': [new Headers({ 'Set-Cookie': 'a' }).getSetCookie(), await failureOf(() => new Headers([['a b', 'c']]))],
    'navigator': [navigator.hardwareConcurrency > 0, navigator.language, navigator.platform, navigator.userAgent],
    'locks': locks,
    'storage': [typeof sessionStorage, typeof Storage],
    'microtask error': await new Promise((resolve) => { process.once('uncaughtException', ({ message }) => resolve(message)); reportErrorLater(); }),
    'absent': ['EventSource', 'document', 'window', 'caches', 'importScripts', 'XMLHttpRequest', 'alert', 'require', 'gc', 'QuotaExceededError'].filter((name) => !(name in globalThis)),
  };
}

function reportErrorLater() {
  queueMicrotask(() => { throw new Error('in a microtask'); });
}
