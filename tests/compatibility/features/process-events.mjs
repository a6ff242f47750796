import { once } from 'node:events';

// What the process does with an error that nobody catches, while somebody listens.
async function caught(event, raise) {
  const received = once(process, event);
  raise();
  return (await received).map((value) => (value instanceof Error ? value.message : typeof value));
}

export async function run() {
  const monitored = [];
  const monitor = (error, origin) => monitored.push([error.message, origin]);
  process.on('uncaughtExceptionMonitor', monitor);
  const result = {
    'uncaughtException of a timer': await caught('uncaughtException', () => setTimeout(() => { throw new Error('timer'); })),
    'uncaughtException of nextTick': await caught('uncaughtException', () => process.nextTick(() => { throw new Error('tick'); })),
    'uncaughtException of a microtask':
      await caught('uncaughtException', () => queueMicrotask(() => { throw new Error('microtask'); })),
    'unhandledRejection': await caught('unhandledRejection', () => { Promise.reject(new Error('rejected')); }),
    'rejectionHandled': await caught('rejectionHandled', () => {
      const promise = Promise.reject(new Error('late'));
      process.once('unhandledRejection', () => promise.catch(() => {}));
    }),
    'warning': await caught('warning', () => process.emitWarning('careful', { code: 'W', type: 'CustomWarning' })),
    'a rejection nobody handles is an uncaughtException':
      await caught('uncaughtException', () => { Promise.reject(new Error('unhandled')); }),
    'monitored': monitored,
  };
  process.off('uncaughtExceptionMonitor', monitor);
  let capturing;
  process.setUncaughtExceptionCaptureCallback((error) => capturing(error.message));
  result['capture callback'] = await new Promise((resolve) => {
    capturing = resolve;
    setTimeout(() => { throw new Error('captured'); });
  });
  process.setUncaughtExceptionCaptureCallback(null);
  result['has a capture callback'] = process.hasUncaughtExceptionCaptureCallback();
  return result;
}
