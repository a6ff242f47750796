'use strict';
const util = require('node:util');
const { Buffer, Blob, transcode, isUtf8 } = require('node:buffer');
const { StringDecoder } = require('node:string_decoder');
const querystring = require('node:querystring');
const url = require('node:url');

exports.run = async () => {
  const decoder = new StringDecoder('utf8');
  // Were they collected, the promise would never settle.
  const resource = {};
  const signal = AbortSignal.timeout(5);
  const warned = new Promise((resolve) => process.once('warning', ({ name, code }) => resolve([name, code])));
  util.deprecate(() => {}, 'old', 'COMPAT001')();
  return {
    'inspect': util.inspect({ a: new Map([[{ b: 1 }, [1, , 3]]]), c: Symbol('s'), d: class A {}, e: new Proxy({}, {}), f: Promise.resolve(1) }, { depth: 4 }),
    'format': util.format('%s %d %i %f %j %o %%', 'a', 1n, 2.5, '3.5', { a: 1 }, [1]),
    'styles': util.styleText('red', 'x', { validateStream: false }),
    'parseArgs': util.parseArgs({ args: ['-a', '--b=c', 'd'], options: { a: { type: 'boolean', short: 'a' }, b: { type: 'string' } }, allowPositionals: true }),
    'mime': new util.MIMEType('text/html; charset=utf-8').essence,
    'types': [util.types.isProxy(new Proxy({}, {})), util.types.isExternal({}), util.isDeepStrictEqual([1], [1])],
    'deprecate': await warned,
    'callbackify': await new Promise((resolve) => util.callbackify(async () => 1)((_, value) => resolve(value))),
    'system errors': [util.getSystemErrorName(-2), util.getSystemErrorMap().size],
    'debuglog': util.debuglog('compatibility').enabled,
    'diff': util.diff?.('ab', 'ac').length ?? null,
    'buffer': [Buffer.poolSize, Buffer.from('é', 'latin1').toString('hex'), Buffer.concat([Buffer.from('a'), Buffer.alloc(1)]).toString('base64url'), transcode(Buffer.from('é'), 'utf8', 'latin1').length, isUtf8(Buffer.from([255]))],
    'pool is zeroed where promised': Buffer.alloc(64).every((byte) => byte === 0),
    'blob': await new Blob(['x']).text(),
    'decoder': decoder.write(Buffer.from([0xc3])) + decoder.end(Buffer.from([0xa9])),
    'querystring': querystring.parse('a=1&a=2&b=%20'),
    'url': [url.fileURLToPath('file:///a%20b'), url.domainToASCII('español.com'), url.parse('http://a/b?c').pathname],
    'TextDecoder labels': new TextDecoder('shift_jis').encoding,
    'env file': util.parseEnv('A=1\nB="two"'),
    'abort': await util.aborted(signal, resource) ?? null,
    'kept': [resource, signal].length,
    'signals': typeof util.convertProcessSignalToExitCode,
  };
};
