/** Scores a network from its file on images of a training, in a process of its own. */
import type { EngineChoice } from '../runner/engine-choice.ts';
import { startRunner } from '../runner/remote.ts';
import type { TrainPlan } from './plan.ts';
import { taken } from './stopped.ts';

const scoringEngine = (threads: number): EngineChoice => ({
  kind: 'onnxruntime',
  provider: 'cpu',
  threads,
  graphOptimization: 'all',
});

export interface Rescored {
  readonly top1: number;
  readonly images: number;
}

/** On the images that an epoch is chosen by. */
export async function rescored(path: string, { setup }: Pick<TrainPlan, 'setup'>): Promise<Rescored> {
  const { validation } = setup;
  if (!validation) throw new Error('there is no validation set');
  const runner = taken(
    await startRunner({
      ...setup,
      // Whatever trained it, it is scored as it will be used.
      engine: setup.engine.kind === 'torch' ? scoringEngine(setup.engine.threads) : setup.engine,
      modelPath: path,
      teacherPath: null,
      // No step is taken: the training images need not be there.
      training: { ...setup.training, batchSize: 1, accumulation: 1, distillationWeight: 0, precision: 'float32' },
      data: { ...setup.data, dataset: validation.dataset, labels: validation.labels },
    }),
  );
  try {
    const { correct, count } = taken(await runner.evaluate('last'));
    return { top1: correct / Math.max(1, count), images: count };
  } finally {
    await runner.close();
  }
}

/** On the images that have the last word: the test images where there are some, else the same. */
export const lastWord = (path: string, { setup, test }: Pick<TrainPlan, 'setup' | 'test'>): Promise<Rescored> =>
  rescored(path, { setup: test ? { ...setup, validation: test } : setup });
