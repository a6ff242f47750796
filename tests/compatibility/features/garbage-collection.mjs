// Collections come by themselves here: nothing forces one.
import { setTimeout as sleep } from 'node:timers/promises';

const ROUNDS = 200;

export async function run() {
  const collected = [];
  const registry = new FinalizationRegistry((name) => collected.push(name));
  const make = () => {
    const object = { big: new Array(1000).fill(1) };
    registry.register(object, 'gone');
    return new WeakRef(object);
  };
  const refs = Array.from({ length: 100 }, make);
  const kept = { name: 'kept' };
  const keptRef = new WeakRef(kept);
  for (let i = 0; i < ROUNDS && collected.length === 0; i++) {
    Array.from({ length: 20_000 }, () => ({ garbage: new Array(10) }));
    await sleep(1);
  }
  const big = Array.from({ length: 100 }, () => Buffer.alloc(1 << 20));
  return {
    'finalized': collected.length > 0,
    'weak references cleared': refs.some((ref) => ref.deref() === undefined),
    'a strong one stays': keptRef.deref() === kept,
    'buffers': big.reduce((sum, { length }) => sum + length, 0),
    'gc is not exposed': typeof globalThis.gc,
  };
}
