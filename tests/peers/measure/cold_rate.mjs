// Cold starts per second, sustained: as many as a closed loop of a few clients gets answered, each by a new instance.
import { ask } from '../client.mjs';
import { check } from '../works.mjs';

const CLIENTS = 4;
// Processes of this size would only wait for each other's processor.
const PROCESS_CLIENTS = 2;
const SECONDS = 2;
const QUICK_SECONDS = 0.3;
const KEY = 'cold-rate/hello';

// Calls `once` from several clients for some time; gives how many were done in a second.
async function sustain(clients, seconds, once) {
  const begin = performance.now();
  const end = begin + seconds * 1000;
  let done = 0;
  const client = async () => {
    while (performance.now() < end) {
      await once();
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return (done * 1000) / (performance.now() - begin);
}

const total = (starts) => (starts ? Object.values(starts).reduce((sum, count) => sum + count, 0) : NaN);

async function process(peer) {
  const running = await peer.start('hello');
  try {
    await running.up();
  } finally {
    await running.stop();
  }
}

async function instances(peer, variant, seconds) {
  const running = await peer.start('hello', { variant });
  let next = 0;
  try {
    await running.up();
    const before = total(await running.coldStarts?.());
    const rate = await sustain(CLIENTS, seconds, async () => {
      check(running.dialect, 'hello', await ask(running.request(++next)));
    });
    // Stems may be used up, and then it is the zygote that forks: what counts is that no instance was there.
    const started = total(await running.coldStarts?.()) - before;
    if (started < next) throw new Error(`of ${next} requests ${started} were cold starts`);
    return rate;
  } finally {
    await running.stop();
  }
}

async function run(peer, { quick }) {
  const seconds = quick ? QUICK_SECONDS : SECONDS;
  const results = [];
  for (const { variant, perProcess } of peer.cold.filter(({ works }) => works.includes('hello'))) {
    const value = perProcess
      ? await sustain(PROCESS_CLIENTS, seconds, () => process(peer))
      : await instances(peer, variant, seconds);
    results.push({ key: KEY, variant, value });
  }
  return results;
}

export const coldRate = {
  name: 'cold-rate',
  rows: [{ key: KEY, title: 'Cold starts sustained, trivial function', unit: 'starts/s', better: 'higher' }],
  steps: [
    { name: 'cold starts per second', applies: (peer) => peer.cold.some(({ works }) => works.includes('hello')), run },
  ],
};
