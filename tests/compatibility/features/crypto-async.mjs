import crypto from 'node:crypto';
import { promisify } from 'node:util';
import { failureOf } from '../support.mjs';

const hex = (bytes) => Buffer.from(bytes).toString('hex');

export async function run() {
  const many = await Promise.all(Array.from({ length: 12 }, (_, i) => promisify(crypto.pbkdf2)('password', `salt${i}`, 1000, 8, 'sha256')));
  const { publicKey, privateKey } = await promisify(crypto.generateKeyPair)('ec', { namedCurve: 'P-256' });
  const signature = await promisify(crypto.sign)('sha256', Buffer.from('x'), privateKey);
  const filled = await promisify(crypto.randomFill)(new Uint8Array(64));
  const prime = await promisify(crypto.generatePrime)(64, { bigint: true });
  return {
    'pbkdf2': many.map(hex),
    'scrypt': hex(await promisify(crypto.scrypt)('p', 's', 16)),
    'hkdf': hex(await promisify(crypto.hkdf)('sha256', 'key', 'salt', 'info', 16)),
    'argon2': hex(await promisify(crypto.argon2)('argon2id', { message: 'p', nonce: Buffer.alloc(16), parallelism: 1, tagLength: 16, memory: 64, passes: 2 })),
    'key pair': [publicKey.type, privateKey.asymmetricKeyDetails.namedCurve],
    'sign and verify': await promisify(crypto.verify)('sha256', Buffer.from('x'), publicKey, signature),
    'generateKey': (await promisify(crypto.generateKey)('hmac', { length: 128 })).symmetricKeySize,
    'randomFill': filled.some((byte) => byte !== 0),
    'randomBytes': (await promisify(crypto.randomBytes)(33)).length,
    'randomInt': await promisify(crypto.randomInt)(5) < 5,
    'prime': await promisify(crypto.checkPrime)(prime),
    'wrong digest': await failureOf(() => promisify(crypto.pbkdf2)('p', 's', 1, 8, 'none')),
  };
}
