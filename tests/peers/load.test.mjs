import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parseResponse } from './client.mjs';
import { fromHearth, fromWrk } from './load.mjs';

const latency = { p50: 0.4, p99: 2.5 };
const bench = (outcomes) => ({
  n: 900,
  warmup_n: 100,
  generator: { saturated: false },
  outcomes,
  rate: { achieved: 900.5 },
  groups: { all: { n: 900, latency } },
});

test('the result of hearth bench', () => {
  const outcomes = { ok: 900, throttled: 0, timeout: 0, function_error: 0, error: 0 };
  assert.deepEqual(fromHearth(bench(outcomes)), { rate: 900.5, p50: 0.4, p99: 2.5, requests: 1000, limited: false });
});

test('a failed request fails the measurement', () => {
  assert.throws(() => fromHearth(bench({ ok: 898, timeout: 2, error: 0 })), /^Error: requests failed: 2 timeout$/);
});

const WRK = `Running 2s test @ http://127.0.0.1:1/
  1 threads and 32 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.21ms    0.97ms  13.06ms   90.37%
    Req/Sec    29.43k     4.10k   37.26k    80.00%
  Latency Distribution
     50%  347.00us
     75%    1.42ms
     90%    2.07ms
     99%    1.10s
  58567 requests in 2.00s, 8.04MB read
Requests/sec:  29280.51
Transfer/sec:      4.02MB
`;

test('what wrk prints, in any of its units', () => {
  assert.deepEqual(fromWrk(WRK), { rate: 29280.51, p50: 0.347, p99: 1100, requests: 58567 });
});

test('wrk only mentions failed requests; here they fail the measurement', () => {
  const failed = WRK.replace('Requests/sec', '  Non-2xx or 3xx responses: 7\nRequests/sec');
  assert.throws(() => fromWrk(failed), /requests failed: Non-2xx or 3xx responses: 7/);
});

test('a response is read by its length or by its chunks', () => {
  const plain = parseResponse('HTTP/1.1 200 OK\r\nX-Start:  warm\r\nContent-Length: 3\r\n\r\nabc');
  assert.deepEqual(plain, { status: 200, headers: { 'x-start': 'warm', 'content-length': '3' }, body: 'abc' });
  const chunked = parseResponse(
    'HTTP/1.1 404 Not Found\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n',
  );
  assert.deepEqual([chunked.status, chunked.body], [404, 'abc']);
});

test('what is no HTTP is refused', () => {
  assert.throws(() => parseResponse('SSH-2.0-x\r\n'), /not an HTTP response/);
});
