import dns, { promises } from 'node:dns';
import { promisify } from 'node:util';
import { failureOf } from '../support.mjs';

export async function run() {
  const resolver = new promises.Resolver({ timeout: 100, tries: 1 });
  resolver.setServers(['127.0.0.1:9']);
  return {
    'lookup': await promises.lookup('localhost', { family: 4 }),
    'lookup all': (await promises.lookup('localhost', { all: true, order: 'ipv4first' })).some(({ address }) => address === '127.0.0.1'),
    'callback': (await promisify(dns.lookup)('127.0.0.1')).address,
    'sixteen at once': (await Promise.all(Array.from({ length: 16 }, () => promises.lookup('localhost', 4)))).length,
    'lookupService': (await promises.lookupService('127.0.0.1', 80)).service,
    'no such name': await failureOf(() => promises.lookup('does-not-exist.invalid')),
    'no server': await failureOf(() => resolver.resolve4('a.invalid')),
    'servers': [resolver.getServers(), dns.getServers().length > 0],
    'order': dns.getDefaultResultOrder(),
    'cancelled': await (async () => {
      const own = new promises.Resolver();
      own.setServers(['127.0.0.1:9']);
      const failed = failureOf(() => own.resolve4('b.invalid'));
      own.cancel();
      return failed;
    })(),
  };
}
