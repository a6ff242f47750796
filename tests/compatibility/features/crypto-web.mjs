import { failureOf } from '../support.mjs';

const { subtle } = crypto;
const DATA = new TextEncoder().encode('data');
const hex = (bytes) => Buffer.from(bytes).toString('hex');

export async function run() {
  const aes = await subtle.generateKey({ name: 'AES-GCM', length: 256 }, true, ['encrypt', 'decrypt']);
  const iv = new Uint8Array(12);
  const sealed = await subtle.encrypt({ name: 'AES-GCM', iv }, aes, DATA);
  const ec = await subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  const ecdsa = { name: 'ECDSA', hash: 'SHA-256' };
  const hmac = await subtle.importKey('raw', DATA, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const password = await subtle.importKey('raw', DATA, 'PBKDF2', false, ['deriveBits']);
  const x = [await subtle.generateKey('X25519', false, ['deriveBits']), await subtle.generateKey('X25519', false, ['deriveBits'])];
  const shared = await Promise.all([0, 1].map((i) => subtle.deriveBits({ name: 'X25519', public: x[1 - i].publicKey }, x[i].privateKey, 256)));
  return {
    'digest': hex(await subtle.digest('SHA-384', DATA)),
    'AES-GCM': hex(await subtle.decrypt({ name: 'AES-GCM', iv }, aes, sealed)),
    'ECDSA': await subtle.verify(ecdsa, ec.publicKey, await subtle.sign(ecdsa, ec.privateKey, DATA), DATA),
    'HMAC': hex(await subtle.sign('HMAC', hmac, DATA)),
    'PBKDF2': hex(await subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt: iv, iterations: 100 }, password, 128)),
    'X25519': hex(shared[0]) === hex(shared[1]),
    'JWK': Object.keys(await subtle.exportKey('jwk', ec.publicKey)).sort(),
    'not extractable': await failureOf(() => subtle.exportKey('raw', hmac)),
    'wrong key': await failureOf(async () => subtle.decrypt({ name: 'AES-GCM', iv: DATA }, aes, sealed)),
    'getRandomValues': crypto.getRandomValues(new Uint8Array(16)).some((byte) => byte !== 0),
    'too much at once': await failureOf(() => crypto.getRandomValues(new Uint8Array(65537))),
    'randomUUID': /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(crypto.randomUUID()),
    'structured clone of a key': structuredClone(hmac).algorithm.name,
  };
}
