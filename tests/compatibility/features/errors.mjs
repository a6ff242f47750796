import { inspect, getCallSites } from 'node:util';
import assert from 'node:assert';

const fail = () => { throw new TypeError('why', { cause: new Error('because') }); };

function caught(fn) {
  try {
    fn();
  } catch (error) {
    return error;
  }
}

export async function run() {
  const error = caught(fail);
  const lines = error.stack.split('\n');
  const target = {};
  Error.captureStackTrace(target);
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 1;
  const short = new Error('x').stack.split('\n').length;
  Error.stackTraceLimit = limit;
  Error.prepareStackTrace = (_, sites) => sites.map((site) => site.getFunctionName());
  const [prepared] = new Error('x').stack;
  delete Error.prepareStackTrace;
  const deep = caught(function deep() { deep(); });
  const asynchronous = await (async () => { await null; throw new Error('later'); })().catch(({ stack }) => stack.split('\n').length > 1);
  return {
    'stack': lines.slice(0, 3).map((line) => line.replace(/\(.*\/|file:.*\//, '(')),
    'cause': error.cause.message,
    'captured': typeof target.stack,
    'limit': [limit, short],
    'prepared': prepared,
    'overflow': deep.name,
    'asynchronous': asynchronous,
    'inspect': inspect(new AggregateError([new Error('a')], 'all')).split('\n')[0],
    'assertion': caught(() => assert.deepEqual({ a: 1 }, { a: 2 })).message,
    'call sites': getCallSites()[0].functionName,
    'system error': (({ code, errno, syscall }) => [code, errno, syscall])(caught(() => process.chdir('/none'))),
    'DOMException': (({ name, code }) => [name, code])(new DOMException('m', 'AbortError')),
    'suppressed': new SuppressedError(new Error('a'), new Error('b')).error.message,
    'stack size': (function depth() { try { return 1 + depth(); } catch { return 1; } })() > 5000,
  };
}
