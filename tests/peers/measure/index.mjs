// All measurements.
//
// A measurement: `name`; `rows` [{key, title, unit, better, compared}], better being 'lower' or 'higher', compared false where
// ratios would mean nothing; `steps` [{name, applies(peer), run(peer, {quick, round, generator})}]. Peers are interleaved within
// a step. `run` gives [{key, variant, value, n, limited}]; limited: by the generator of load, not by the peer.
import { cold } from './cold.mjs';
import { coldRate } from './cold_rate.mjs';
import { generator } from './generator.mjs';
import { memory } from './memory.mjs';
import { saveToServed } from './save.mjs';
import { warm } from './warm.mjs';

export const MEASURES = [cold, coldRate, warm, memory, saveToServed, generator];
