// The AWS Lambda API, as the unmodified SDK speaks it.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { Hearth, fixture } from './harness.mjs';

const FUNCTION = `
export const handler = async (event, context) => {
  console.log('event', JSON.stringify(event));
  if (event.throw) throw new TypeError(event.throw);
  if (event.throwString) throw event.throwString;
  if (event.circular) return (event.self = event);
  if (event.context) {
    return { ...context, remaining: context.getRemainingTimeInMillis(), keys: Object.keys(context).sort() };
  }
  if (event.rawPath) {
    const { headers, requestContext: { http }, ...rest } = event;
    const seen = { method: http.method };
    for (const key of ['version', 'rawPath', 'queryStringParameters', 'body', 'isBase64Encoded']) seen[key] = rest[key];
    return {
      statusCode: 201,
      headers: { 'Content-Type': 'application/json', 'X-Seen': headers['x-sent'] },
      cookies: ['a=1', 'b=2'],
      body: JSON.stringify(seen),
    };
  }
  return event.nothing ? undefined : { received: event };
};
`;

let hearth;
let client;
before(async () => {
  hearth = await Hearth.start(path.join(fixture({ 'greeter/index.mjs': FUNCTION }), 'greeter'));
  client = new LambdaClient({
    endpoint: hearth.http,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
});
after(() => {
  client?.destroy();
  return hearth?.stop();
});

const encode = (value) => (value === undefined ? undefined : JSON.stringify(value));
const decode = ({ Payload }) => JSON.parse(Payload.transformToString());
const invoke = (event, options) =>
  client.send(new InvokeCommand({ FunctionName: 'greeter', Payload: encode(event), ...options }));

test('invokes and returns the result', async () => {
  const result = await invoke({ a: [1, 'é'] });
  assert.equal(result.StatusCode, 200);
  assert.equal(result.ExecutedVersion, '$LATEST');
  assert.equal(result.FunctionError, undefined);
  assert.equal(result.LogResult, undefined);
  assert.deepEqual(decode(result), { received: { a: [1, 'é'] } });
});

test('no payload is an empty event, and undefined is null', async () => {
  assert.deepEqual(decode(await invoke(undefined)), { received: {} });
  assert.equal(decode(await invoke({ nothing: true })), null);
});

for (const [what, name] of [
  ['a partial ARN', '123456789012:function:greeter'],
  ['a full ARN', 'arn:aws:lambda:us-east-1:123456789012:function:greeter'],
  ['a full ARN with a qualifier', 'arn:aws:lambda:us-east-1:123456789012:function:greeter:$LATEST'],
]) {
  test(`a function may be named by ${what}`, async () => {
    assert.deepEqual(decode(await invoke({ a: 1 }, { FunctionName: name })), { received: { a: 1 } });
  });
}

test('the context has exactly the keys of the Node 24 runtime', async () => {
  const result = await invoke({ context: true });
  const context = decode(result);
  assert.deepEqual(context.keys, [
    'awsRequestId', 'clientContext', 'functionName', 'functionVersion', 'getRemainingTimeInMillis', 'identity',
    'invokedFunctionArn', 'logGroupName', 'logStreamName', 'memoryLimitInMB', 'tenantId', 'xRayTraceId',
  ]);
  assert.equal(context.awsRequestId, result.$metadata.requestId);
  assert.equal(context.functionName, 'greeter');
  assert.equal(context.functionVersion, '$LATEST');
  assert.match(context.invokedFunctionArn, /^arn:aws:lambda:[\w-]+:\d{12}:function:greeter$/);
  assert.equal(context.memoryLimitInMB, '512');
  assert.ok(context.remaining > 0 && context.remaining <= 60_000, `${context.remaining}`);
});

test('the client context arrives', async () => {
  const ClientContext = Buffer.from(JSON.stringify({ custom: { a: 'b' } })).toString('base64');
  assert.deepEqual(decode(await invoke({ context: true }, { ClientContext })).clientContext, { custom: { a: 'b' } });
});

test('a throw is FunctionError Unhandled with type, message and trace', async () => {
  const result = await invoke({ throw: 'no such greeting' });
  assert.equal(result.StatusCode, 200);
  assert.equal(result.FunctionError, 'Unhandled');
  const { errorType, errorMessage, trace } = decode(result);
  assert.deepEqual([errorType, errorMessage], ['TypeError', 'no such greeting']);
  assert.equal(trace[0], 'TypeError: no such greeting');
  assert.match(trace[1], /^    at .*greeter\/index\.mjs:4:\d+/);
});

test('a thrown string is told apart from an Error', async () => {
  const result = decode(await invoke({ throwString: 'oops' }));
  assert.deepEqual(result, { errorType: 'string', errorMessage: 'oops', trace: [] });
});

test('a result that is not JSON is Runtime.JSONStringifyError', async () => {
  const result = await invoke({ circular: true });
  assert.equal(result.FunctionError, 'Unhandled');
  const { errorType, errorMessage } = decode(result);
  assert.deepEqual([errorType, errorMessage], ['Runtime.JSONStringifyError', 'Unable to stringify response body']);
});

test('LogType Tail returns the end of the log', async () => {
  const { LogResult } = await invoke({ a: 1 }, { LogType: 'Tail' });
  assert.match(Buffer.from(LogResult, 'base64').toString(), /event {"a":1}/);
});

test('InvocationType DryRun is 204 and runs nothing', async () => {
  const result = await invoke({ dry: 'run' }, { InvocationType: 'DryRun' });
  assert.equal(result.StatusCode, 204);
  await invoke({ after: 'dry run' });
  await hearth.waitForLog('event {"after":"dry run"}');
  assert.ok(!hearth.lines.some(({ message }) => message?.includes('{"dry":"run"}')));
});

test('InvocationType Event is 202 and runs in the background', async () => {
  const result = await invoke({ in: 'background' }, { InvocationType: 'Event' });
  assert.equal(result.StatusCode, 202);
  await hearth.waitForLog('event {"in":"background"}', result.$metadata.requestId);
});

test('an unknown function is ResourceNotFoundException', async () => {
  await assert.rejects(invoke({}, { FunctionName: 'nobody' }), (error) => {
    assert.equal(error.name, 'ResourceNotFoundException');
    assert.equal(error.$metadata.httpStatusCode, 404);
    assert.match(error.message, /^Function not found: arn:aws:lambda:[\w-]+:\d{12}:function:nobody/);
    return true;
  });
});

test('a payload that is not JSON is InvalidRequestContentException', async () => {
  await assert.rejects(invoke({}, { Payload: '{oops' }), (error) => {
    assert.equal(error.name, 'InvalidRequestContentException');
    assert.equal(error.$metadata.httpStatusCode, 400);
    assert.match(error.message, /^Could not parse request body into json/);
    return true;
  });
});

test('a plain HTTP request is a function URL event of version 2.0, and the result its response', async () => {
  const response = await hearth.fetch('/greeter/a/b?c=d&c=e', {
    method: 'PUT',
    headers: { 'content-type': 'text/plain', 'x-sent': 'f' },
    body: 'é',
  });
  assert.equal(response.status, 201);
  assert.equal(response.headers.get('x-seen'), 'f');
  assert.deepEqual(response.headers.getSetCookie(), ['a=1', 'b=2']);
  assert.deepEqual(await response.json(), {
    method: 'PUT',
    version: '2.0',
    rawPath: '/a/b',
    queryStringParameters: { c: 'd,e' },
    body: 'é',
    isBase64Encoded: false,
  });
});
