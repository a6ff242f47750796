// What several features need. It uses nothing that a feature is there to prove.
import { sign, generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

// Gives `use` a folder with these files, for as long as it takes.
export async function withFolder(files, use) {
  const folder = mkdtempSync(path.join(tmpdir(), 'compatibility-'));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(path.join(folder, name), content);
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// What a function throws, or a promise rejects with: its code, else its name.
export async function failureOf(action) {
  try {
    await action();
  } catch (error) {
    return error.code ?? error.name;
  }
  return 'none';
}

// (module (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add))
export const ADD_WASM = Buffer.from(
  '0061736d0100000001070160027f7f017f030201000707010361646400000a09010700200020016a0b', 'hex');

const SEQUENCE = 0x30;
const SET = 0x31;

function der(tag, ...parts) {
  const content = Buffer.concat(parts);
  const { length } = content;
  const head = length < 128 ? [tag, length] : length < 256 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from(head), content]);
}

const oid = (hex) => der(0x06, Buffer.from(hex, 'hex'));
const time = (text) => der(0x18, Buffer.from(text));

// A fresh key and a certificate of version 3 for localhost that it signed itself.
export function selfSigned() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ecdsaWithSha256 = der(SEQUENCE, oid('2a8648ce3d040302'));
  const name = der(SEQUENCE, der(SET, der(SEQUENCE, oid('550403'), der(0x0c, Buffer.from('localhost')))));
  const alternatives = der(SEQUENCE, der(0x82, Buffer.from('localhost')));
  const extensions = der(SEQUENCE, der(SEQUENCE, oid('551d11'), der(0x04, alternatives)));
  const body = der(SEQUENCE,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1]), randomBytes(8)),
    ecdsaWithSha256,
    name,
    der(SEQUENCE, time('20200101000000Z'), time('99991231235959Z')),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, extensions));
  const signature = der(0x03, Buffer.from([0]), sign('sha256', body, privateKey));
  const certificate = der(SEQUENCE, body, ecdsaWithSha256, signature).toString('base64').match(/.{1,64}/g).join('\n');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    cert: `-----BEGIN CERTIFICATE-----\n${certificate}\n-----END CERTIFICATE-----\n`,
  };
}
