// The victim's callers: an open loop of requests, in a process of its own, so that nothing which the runner does (a
// flood of log lines, a walk through /proc) counts as the victim's latency.
//
// Parent to child: { begin: { port, path, rate } } and { end: true }. Child to parent, once after each end:
// { count, failures, p50, p99, max }, times in ms from the moment a request was written.
import net from 'node:net';
import os from 'node:os';

const HOST = '127.0.0.1';
// Of a request that is still unanswered when the load ends.
const PATIENCE_MS = 10_000;
const TICK_MS = 2;

try {
  // The attacks take both cores; the clock of a measurement must not wait for them. Needs privileges, does no harm
  // without.
  os.setPriority(-10);
} catch {}

let run = null;

class Connection {
  constructor(owner) {
    this.owner = owner;
    this.text = '';
    this.began = 0;
    this.socket = net.connect({ port: owner.port, host: HOST, noDelay: true });
    this.socket.setEncoding('latin1');
    this.socket.on('data', (text) => this.take(text));
    this.socket.on('error', (error) => this.lose(error.code));
    this.socket.on('close', () => this.lose('closed'));
  }

  send() {
    this.began = performance.now();
    this.socket.write(`GET ${this.owner.path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  }

  take(text) {
    this.text += text;
    const head = this.text.indexOf('\r\n\r\n');
    if (head < 0) return;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(this.text.slice(0, head))?.[1]);
    if (this.text.length < head + 4 + length) return;
    const line = this.text.slice(0, this.text.indexOf('\r\n'));
    const body = this.text.slice(head + 4);
    this.text = '';
    const took = performance.now() - this.began;
    this.began = 0;
    this.owner.idle.push(this);
    this.owner.done(took, line.startsWith('HTTP/1.1 200 ') ? null : `${line} ${body}`);
  }

  lose(reason) {
    this.owner.idle = this.owner.idle.filter((other) => other !== this);
    if (this.began) this.owner.done(0, reason);
    this.began = 0;
  }
}

class Run {
  idle = [];
  times = [];
  failures = [];
  sent = 0;
  open = 0;

  constructor({ port, path, rate }) {
    Object.assign(this, { port, path, rate });
    this.start = performance.now();
    this.timer = setInterval(() => this.tick(), TICK_MS);
  }

  tick() {
    // Not more than this at once after a pause of this process: that would be a burst, not a steady load.
    const due = Math.min(4, Math.floor((performance.now() - this.start) * this.rate / 1000) - this.sent);
    for (let n = 0; n < due; n++) {
      this.open++;
      (this.idle.pop() ?? new Connection(this)).send();
    }
    this.sent = Math.max(this.sent, Math.floor((performance.now() - this.start) * this.rate / 1000));
  }

  done(took, failure) {
    this.open--;
    if (failure) this.failures.push(failure);
    else this.times.push(took);
    if (this.open === 0) this.settle?.();
  }

  async end() {
    clearInterval(this.timer);
    if (this.open > 0) {
      await Promise.race([
        new Promise((resolve) => (this.settle = resolve)),
        new Promise((resolve) => setTimeout(resolve, PATIENCE_MS).unref()),
      ]);
    }
    if (this.open > 0) this.failures.push(`${this.open} requests were not answered within ${PATIENCE_MS} ms`);
    for (const connection of this.idle) connection.socket.destroy();
    const sorted = this.times.toSorted((a, b) => a - b);
    const quantile = (q) => sorted[Math.ceil(sorted.length * q) - 1] ?? 0;
    return {
      count: sorted.length,
      failures: this.failures,
      p50: quantile(0.5),
      p99: quantile(0.99),
      max: quantile(1),
    };
  }
}

process.on('message', async ({ begin }) => {
  if (begin) {
    run = new Run(begin);
  } else {
    process.send(await run.end());
  }
});
// The runner has ended.
process.on('disconnect', () => process.exit());
