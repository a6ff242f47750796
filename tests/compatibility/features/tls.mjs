import tls from 'node:tls';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { failureOf, selfSigned } from '../support.mjs';

export async function run() {
  const { key, cert } = selfSigned();
  const server = tls.createServer({ key, cert, ALPNProtocols: ['a', 'b'] }, (socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
  server.on('tlsClientError', () => {});
  await once(server, 'listening');
  const { port } = server.address();
  const options = { port, host: '127.0.0.1', servername: 'localhost', ca: cert, ALPNProtocols: ['b'] };
  const socket = tls.connect(options);
  await once(socket, 'secureConnect');
  const details = {
    'authorized': socket.authorized,
    'protocol': socket.getProtocol(),
    'cipher': socket.getCipher().name,
    'ALPN': socket.alpnProtocol,
    'peer': [socket.getPeerCertificate().subject.CN, socket.getPeerX509Certificate().checkHost('localhost')],
  };
  const session = once(socket, 'session');
  socket.end('echo');
  const text = (await socket.toArray()).join('');
  const [ticket] = await session;
  const again = tls.connect({ ...options, session: ticket });
  await once(again, 'secureConnect');
  const reused = again.isSessionReused();
  again.destroy();
  const refused = await failureOf(async () => once(tls.connect({ ...options, ca: undefined }), 'secureConnect'));
  const wrongName = await failureOf(async () => once(tls.connect({ ...options, servername: 'other' }), 'secureConnect'));
  const tls12 = tls.connect({ ...options, maxVersion: 'TLSv1.2' });
  await once(tls12, 'secureConnect');
  const older = tls12.getProtocol();
  tls12.destroy();
  server.close();
  return {
    ...details,
    'echo': text,
    'session resumed': reused,
    'self-signed is refused': refused,
    'wrong name is refused': wrongName,
    'TLS 1.2': older,
    'X509Certificate': new X509Certificate(cert).subject,
    'root certificates': tls.rootCertificates.length,
    'ciphers': tls.getCiphers().length,
  };
}
