/** Batches of noise without threads, each a function of its place alone. */
import { keyedRng } from '../../../src/random/keyed-rng.ts';
import type { Loader } from '../../../src/train/loader/loader.ts';
import type { ValidationBatches } from '../../../src/train/loader/validation.ts';
import type { Batch } from '../../../src/train/trainer.ts';

export const imageDims = [3, 4, 4];
export const classes = 3;
export const stepSize = 8;
export const batchesPerEpoch = 5;
const pixels = 48;

/** Images whose mean tells their class a little. */
function noise(...key: readonly number[]): Batch {
  const rng = keyedRng(...key);
  const labels = Int32Array.from({ length: stepSize }, () => rng.integer(classes));
  const images = Float32Array.from({ length: stepSize * pixels }, (_, i) => {
    return rng.uniform() - 0.5 + 0.3 * (labels[Math.floor(i / pixels)]! - 1);
  });
  return { images, count: stepSize, targets: { kind: 'labels', labels } };
}

export function noiseLoader(): Loader {
  let [at, end] = [0, 0];
  return {
    batchesPerEpoch,
    begin: ({ epoch, batch }, epochs) => {
      [at, end] = [epoch * batchesPerEpoch + batch, epochs * batchesPerEpoch];
    },
    next: async () => {
      if (at >= end) return null;
      const place = { epoch: Math.floor(at / batchesPerEpoch), batch: at % batchesPerEpoch };
      at++;
      return { place, batch: noise(1, place.epoch, place.batch), waitedMs: 1 };
    },
    unreadable: () => ({ images: 2, example: 'b.jpg (damaged)' }),
    close: async () => {},
  };
}

export const noiseValidation: ValidationBatches = {
  batches: async function* () {
    for (let i = 0; i < 5; i++) yield noise(2, i);
  },
  unreadable: () => ({ images: 1, example: 'v.jpg (cut short)' }),
  close: async () => {},
};
