'use strict';
const crypto = require('node:crypto');

exports.run = async () => {
  const key = Buffer.alloc(32, 1);
  const cipher = crypto.createCipheriv('aes-256-gcm', key, Buffer.alloc(12, 2));
  const sealed = Buffer.concat([cipher.update('secret'), cipher.final()]);
  const decipher = crypto.createDecipheriv('aes-256-gcm', key, Buffer.alloc(12, 2)).setAuthTag(cipher.getAuthTag());
  const rsa = crypto.generateKeyPairSync('rsa', { modulusLength: 1024 });
  const ed = crypto.generateKeyPairSync('ed25519');
  const [alice, bob] = [crypto.createECDH('prime256v1'), crypto.createECDH('prime256v1')];
  const [a, b] = [alice.generateKeys(), bob.generateKeys()];
  const mlKem = crypto.generateKeyPairSync('ml-kem-768');
  const { sharedKey, ciphertext } = crypto.encapsulate(mlKem.publicKey);
  return {
    'hash': crypto.createHash('sha256').update('text').digest('hex'),
    'hash at once': crypto.hash('sha3-256', 'text'),
    'hmac': crypto.createHmac('sha512', 'key').update('text').digest('base64'),
    'sealed': [sealed.toString('hex'), cipher.getAuthTag().toString('hex')],
    'opened': Buffer.concat([decipher.update(sealed), decipher.final()]).toString(),
    'rsa': crypto.verify('sha256', Buffer.from('x'), rsa.publicKey, crypto.sign('sha256', Buffer.from('x'), rsa.privateKey)),
    'rsa encryption': crypto.privateDecrypt(rsa.privateKey, crypto.publicEncrypt(rsa.publicKey, Buffer.from('x'))).toString(),
    'ed25519': crypto.verify(null, Buffer.from('x'), ed.publicKey, crypto.sign(null, Buffer.from('x'), ed.privateKey)),
    'ecdh': alice.computeSecret(b).equals(bob.computeSecret(a)),
    'ml-kem': Buffer.from(sharedKey).equals(Buffer.from(crypto.decapsulate(mlKem.privateKey, ciphertext))),
    'pbkdf2': crypto.pbkdf2Sync('p', 's', 10, 16, 'sha256').toString('hex'),
    'scrypt': crypto.scryptSync('p', 's', 16).toString('hex'),
    'argon2': crypto.argon2Sync('argon2id', { message: 'p', nonce: Buffer.alloc(16), parallelism: 1, tagLength: 16, memory: 64, passes: 2 }).toString('hex'),
    'timingSafeEqual': crypto.timingSafeEqual(Buffer.from('a'), Buffer.from('a')),
    'hashes': crypto.getHashes().length,
    'ciphers': crypto.getCiphers().length,
    'curves': crypto.getCurves().length,
    'fips': crypto.getFips(),
    'secure heap': crypto.secureHeapUsed(),
    'prime': crypto.checkPrimeSync(crypto.generatePrimeSync(64)),
    'dh': crypto.getDiffieHellman('modp14').getPrime().length,
  };
};
