/** Writes down in the store what a training tells. */
import type { TrainingStore } from '../../store/training.ts';
import type { TrainingEvent } from '../../train/loop/event.ts';
import type { TrainResult } from '../../train/loop/train.ts';

export interface TrainingKeeper {
  event(event: TrainingEvent): void;
  /** Waits until everything is stored; throws the first error that storing met. */
  end(result: TrainResult | null, error: unknown): Promise<void>;
}

/** Writes follow each other in the order of the events, while the training goes on. */
export function trainingKeeper(store: TrainingStore, runId: number): TrainingKeeper {
  let turn: Promise<void> = Promise.resolve();
  let problem: unknown = null;
  const next = (work: () => Promise<void>): void => {
    turn = turn.then(work).catch(error => {
      problem ??= error;
    });
  };
  return {
    event: event => {
      if (event.kind === 'epoch')
        next(() =>
          store.epoch(runId, {
            epoch: event.epoch,
            trainLoss: event.train.loss,
            trainTop1: event.train.top1,
            validationLoss: event.validation?.loss ?? null,
            validationTop1: event.validation?.top1 ?? null,
            learningRate: event.learningRate,
            frozenShare: event.frozenShare,
            imagesPerSecond: event.imagesPerSecond,
            waitingShare: event.waitingShare,
            stepMs: event.stepMs,
            wallMs: event.wallMs,
          }),
        );
      // A phase that this run took no step of was timed by an earlier one.
      if (event.kind === 'phase-finished' && event.steps > 0)
        next(() =>
          store.phase(runId, {
            firstEpoch: event.epochs[0],
            lastEpoch: event.epochs[1],
            frozenShare: event.frozenShare,
            steps: event.steps,
            stepMs: event.stepMs,
            unfrozenStepMs: event.unfrozenStepMs,
          }),
        );
    },
    end: async (result, error) => {
      next(() =>
        store.end(runId, {
          state: result ? (result.endedBy === 'epochs' ? 'complete' : 'interrupted') : 'failed',
          top1: result?.written ? (result.written.test ?? result.written).top1 : null,
          writtenSha256: result?.written?.sha256 ?? null,
          detail: error instanceof Error ? error.message : '',
        }),
      );
      await turn;
      // What went wrong with the training itself is the greater news.
      if (problem && !error) throw problem;
    },
  };
}
