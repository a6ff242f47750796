import { EventEmitter, captureRejectionSymbol, errorMonitor, getEventListeners, getMaxListeners, on, once } from 'node:events';
import { failureOf } from '../support.mjs';

export async function run() {
  const emitter = new EventEmitter({ captureRejections: true });
  emitter.on('asynchronous', async () => { throw new Error('rejected'); });
  const captured = once(emitter, 'rejection');
  emitter[captureRejectionSymbol] = (error) => emitter.emit('rejection', error.message);
  emitter.emit('asynchronous');
  const rejection = await captured;
  const monitored = [];
  emitter.on(errorMonitor, ({ message }) => monitored.push(message));
  const thrown = await failureOf(() => emitter.emit('error', Object.assign(new Error('e'), { code: 'E' })));
  const collected = [];
  setImmediate(() => { emitter.emit('x', 1); emitter.emit('x', 2); emitter.emit('end'); });
  for await (const [value] of on(emitter, 'x', { close: ['end'] })) collected.push(value);
  const many = new EventEmitter();
  const warned = once(process, 'warning');
  for (let i = 0; i < 11; i++) many.on('x', () => {});
  return {
    'captured rejection': rejection,
    'monitored': monitored,
    'thrown': thrown,
    'iterated': collected,
    'leak warning': (await warned)[0].name,
    'listeners': [getEventListeners(many, 'x').length, getMaxListeners(many), EventEmitter.defaultMaxListeners],
    'aborted': await failureOf(() => once(emitter, 'never', { signal: AbortSignal.timeout(5) })),
  };
}
