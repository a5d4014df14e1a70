import { expect, test } from 'vitest';
import type { Engine, EngineValue } from '../../../src/train/engine.ts';
import { openGraphTrainer } from '../../../src/train/graph-trainer.ts';
import { defaultTraining } from '../../../src/train/options.ts';
import type { TrainableSet } from '../../../src/train/trainer.ts';
import { tinyNetwork } from '../tiny-network.ts';

/** An engine that runs nothing and remembers what it compiled and released. */
function recorder() {
  const log: string[] = [];
  let alive = 0;
  const value = (dims: readonly number[], data: Float32Array): EngineValue => ({
    dims,
    read: async () => data,
    dispose() {},
  });
  const engine: Engine = {
    name: 'recorder',
    compile: async () => {
      const id = log.filter(line => line.startsWith('compile')).length;
      log.push(`compile ${id}, ${++alive} alive`);
      return {
        run: async () => new Map(),
        release: async () => {
          alive--;
          log.push(`release ${id}`);
        },
      };
    },
    value,
    close: async () => {},
  };
  return { engine, log };
}

test('a set that comes back shares what was compiled for it, and only two are kept', async () => {
  const { engine, log } = recorder();
  const trainer = await openGraphTrainer({ ...defaultTraining, model: tinyNetwork(), batchSize: 2 }, engine);
  const half = (first: boolean): TrainableSet => ({
    trainable: new Set(trainer.weights.filter((_, i) => i < 3 === first)),
    settled: new Set(),
  });
  for (const first of [true, false, true, false, true]) await trainer.setTrainable(half(first));
  expect(log).toEqual(['compile 0, 1 alive', 'compile 1, 2 alive']);
  await trainer.setTrainable({ trainable: new Set(trainer.weights), settled: new Set() });
  await trainer.setTrainable(half(true));
  expect(log.slice(2)).toEqual(['release 1', 'compile 2, 2 alive']);
  await trainer.setTrainable(half(false));
  expect(log.slice(4)).toEqual(['release 2', 'compile 3, 2 alive']);
  await trainer.close();
});
