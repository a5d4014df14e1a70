/** A training under way in this process. */
import { type Attempt, complete } from '../../errors/failure.ts';
import { seededRng } from '../../random/rng.ts';
import type { Loader } from '../loader/loader.ts';
import type { ValidationBatches } from '../loader/validation.ts';
import type { Batch, Hyperparameters, TrainableSet, Trainer } from '../trainer.ts';
import type { StepReport, TrainingRunner } from './runner.ts';
import { validationScore } from './validation-score.ts';

export interface LocalParts {
  readonly trainer: Trainer;
  readonly loader: Loader;
  readonly validation: ValidationBatches | null;
  readonly imageDims: readonly number[];
  readonly classes: number;
}

const warmUps = 2;

/** Closes the parts with itself. */
export function localRunner({ trainer, loader, validation, imageDims, classes }: LocalParts): TrainingRunner {
  let set: TrainableSet = { trainable: new Set(trainer.weights), settled: new Set() };
  let taken = 0;

  const oneStep = async (hyper: Hyperparameters): Promise<StepReport | null> => {
    const loaded = await loader.next();
    if (!loaded) return null;
    const { place, batch, waitedMs } = loaded;
    const startMs = performance.now();
    const metrics = await trainer.step(batch, hyper);
    const stepMs = performance.now() - startMs;
    const step = taken + 1;
    if (!metrics.notFinite && !metrics.skipped) taken++;
    return { place, step, metrics, stepMs, waitedMs };
  };

  const timed = async (batch: Batch, repeats: number): Promise<number[]> => {
    const times: number[] = [];
    for (let i = 0; i < warmUps + repeats; i++) {
      const startMs = performance.now();
      await trainer.step(batch, { learningRate: 0 });
      if (i >= warmUps) times.push(performance.now() - startMs);
    }
    return times;
  };

  const settled = async (work: Promise<void>): Promise<Attempt<null>> => {
    await work;
    return complete(null);
  };
  let closed: Promise<void> | undefined;
  return inTurn({
    info: { stepSize: trainer.stepSize, batchesPerEpoch: loader.batchesPerEpoch, weights: trainer.weights },
    begin: async (place, epochs) => {
      loader.begin(place, epochs);
      return complete(null);
    },
    steps: async hypers => {
      const reports: StepReport[] = [];
      for (const hyper of hypers) {
        const report = await oneStep(hyper);
        if (!report) break;
        reports.push(report);
        if (report.metrics.notFinite) break;
      }
      return complete(reports);
    },
    setTrainable: async wanted => {
      await trainer.setTrainable(wanted);
      set = wanted;
      return complete(null);
    },
    evaluate: async choice => {
      if (!validation) throw new Error('this training has no validation set');
      return complete(await validationScore(trainer, validation, choice));
    },
    state: async () => complete(await trainer.state()),
    load: state => {
      taken = state.counters.steps;
      return settled(trainer.load(state));
    },
    time: async (wanted, repeats) => {
      const before = await trainer.state();
      try {
        await trainer.setTrainable(wanted);
        return complete(await timed(noise(trainer.stepSize, imageDims, classes), repeats));
      } finally {
        await trainer.load(before);
        await trainer.setTrainable(set);
      }
    },
    unreadable: async () => complete(loader.unreadable()),
    close: () => {
      closed ??= (async () => {
        await trainer.close();
        await loader.close();
        await validation?.close();
      })();
      return closed;
    },
  });
}

/** The same runner, whose commands wait for each other. */
function inTurn(runner: TrainingRunner): TrainingRunner {
  let turn: Promise<unknown> = Promise.resolve();
  const queued =
    <A extends unknown[], T>(work: (...args: A) => Promise<T>) =>
    (...args: A): Promise<T> => {
      const mine = turn.then(() => work(...args));
      turn = mine.catch(() => {});
      return mine;
    };
  return {
    info: runner.info,
    begin: queued(runner.begin),
    steps: queued(runner.steps),
    setTrainable: queued(runner.setTrainable),
    evaluate: queued(runner.evaluate),
    state: queued(runner.state),
    load: queued(runner.load),
    time: queued(runner.time),
    unreadable: queued(runner.unreadable),
    close: queued(runner.close),
  };
}

/** What a step takes as long for as for images: uniform numbers of variance 1. */
function noise(count: number, imageDims: readonly number[], classes: number): Batch {
  const rng = seededRng(1);
  const size = imageDims.reduce((product, each) => product * each, count);
  const images = Float32Array.from({ length: size }, () => Math.sqrt(12) * (rng.uniform() - 0.5));
  const labels = Int32Array.from({ length: count }, () => rng.integer(classes));
  return { images, count, targets: { kind: 'labels', labels } };
}
