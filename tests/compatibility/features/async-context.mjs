import { AsyncLocalStorage, AsyncResource, createHook, executionAsyncId, executionAsyncResource, triggerAsyncId } from 'node:async_hooks';
import { EventEmitter, EventEmitterAsyncResource, on, once } from 'node:events';
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export async function run() {
  const storage = new AsyncLocalStorage({ defaultValue: 'default', name: 'test' });
  const seen = (start) => storage.run('inside', () => new Promise((resolve) => start(() => resolve(storage.getStore()))));
  const emitter = new EventEmitter();
  emitter.on('event', (resolve) => resolve(storage.getStore()));
  const resource = storage.run('resource', () => new AsyncResource('TEST'));
  const snapshot = storage.run('snapshot', () => AsyncLocalStorage.snapshot());
  const created = [];
  const hook = createHook({ init: (id, type) => created.push(type) }).enable();
  await sleep(1);
  await fs.promises.stat('/');
  hook.disable();
  return {
    'await': await storage.run('inside', async () => { await sleep(1); return storage.getStore(); }),
    'timeout': await seen((done) => setTimeout(done, 1)),
    'immediate': await seen(setImmediate),
    'tick': await seen(process.nextTick),
    'microtask': await seen(queueMicrotask),
    'callback': await seen((done) => fs.stat('/', done)),
    'event': await storage.run('emitting', () => new Promise((resolve) => emitter.emit('event', resolve))),
    'thenable': await storage.run('inside', async () => { await { then: (resolve) => resolve() }; return storage.getStore(); }),
    'generator': await storage.run('inside', async () => { for await (const v of (async function* () { yield storage.getStore(); })()) return v; }),
    'resource': resource.runInAsyncScope(() => storage.getStore()),
    'snapshot': snapshot(() => storage.getStore()),
    'bound': storage.run('bound', () => AsyncLocalStorage.bind(() => storage.getStore()))(),
    'default': [storage.getStore(), storage.name],
    'exit': storage.run('inside', () => storage.exit(() => storage.getStore())) ?? null,
    'unhandled rejection keeps it': await storage.run('rejecting', () => new Promise((resolve) => {
      process.once('unhandledRejection', () => resolve(storage.getStore()));
      Promise.reject(new Error('rejected'));
    })),
    'hooks saw': ['Timeout', 'PROMISE', 'FSREQPROMISE'].map((type) => created.includes(type)),
    'ids': [executionAsyncId() >= 0, triggerAsyncId() >= 0, typeof executionAsyncResource()],
    'an emitter': new EventEmitterAsyncResource({ name: 'E' }).asyncId > 0,
    'parallel': await Promise.all([1, 2, 3].map((id) => storage.run(id, async () => { await sleep(4 - id); await fs.promises.stat('/'); return storage.getStore(); }))),
    'events.on': await storage.run('on', async () => {
      const source = new EventEmitter();
      setTimeout(() => source.emit('x', 1), 1);
      for await (const [value] of on(source, 'x')) return [value, storage.getStore()];
    }),
  };
}
