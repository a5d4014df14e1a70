/** What a short retrain makes of some configurations: one training each, kept in the store as those of `retrain` are. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../errors/user-error.ts';
import { scratchFolder } from '../../host/scratch-folder.ts';
import type { Store } from '../../store/store.ts';
import type { Study } from '../../store/study.ts';
import type { CompleteTrial } from '../../store/trial.ts';
import { knownRun, type RetrainOptions, trainPrepared, withRetraining } from '../train/retrain.ts';

export interface ShortRetrain {
  readonly epochs: number;
  /** How many of the configurations are trained, at most. */
  readonly configurations: number;
  /** No training begins after so long; null for no limit. */
  readonly minutes: number | null;
  /** Images per step. */
  readonly batch: number;
}

export interface ShortRetrainParts {
  readonly store: Store;
  readonly study: Study;
  readonly short: ShortRetrain;
  readonly files: Pick<RetrainOptions, 'storePath' | 'model' | 'data' | 'calibration' | 'commandLine'>;
  readonly note: (text: string) => void;
  readonly progress: (done: number, total: number) => void;
  readonly finish: AbortSignal;
}

/**
 * Top-1 on the validation images by trial number, of those that were retrained now or before. A training of the same options is not
 * repeated; one that was killed begins again.
 *
 * @param audited in the order in which they are trained
 */
export async function shortRetrains(
  parts: ShortRetrainParts,
  audited: readonly CompleteTrial[],
): Promise<Map<number, number>> {
  const { store, study, short, files, note, progress, finish } = parts;
  const trials = audited.slice(0, short.configurations);
  const startedMs = performance.now();
  const found = new Map<number, number>();
  let denseTop1: number | undefined;
  for (const [done, { number }] of trials.entries()) {
    if (finish.aborted) break;
    progress(done, trials.length);
    const folder = scratchFolder();
    try {
      const options = {
        ...files,
        trial: number,
        distil: true,
        training: training(short, join(folder.path, 'short.onnx')),
      };
      const top1 = await withRetraining(store, study, options, note, async prepared => {
        const known = await knownRun(store, prepared);
        if (known?.state === 'complete' && known.top1 !== null) return known.top1;
        const timeLeft = short.minutes === null || performance.now() - startedMs < 60_000 * short.minutes;
        if (!timeLeft) return null;
        const hooks = {
          before: ({ denseTop1: dense }: { readonly denseTop1: number }) => {
            denseTop1 = dense;
          },
          emit: () => {},
          finish,
        };
        try {
          const { written } = await trainPrepared(store, prepared, files.commandLine, hooks, denseTop1);
          return written ? (written.test ?? written).top1 : null;
        } catch (error) {
          // One that diverges is kept as failed; the others go on.
          if (!(error instanceof UserError)) throw error;
          note(`Trial ${number} could not be retrained: ${error.message}`);
          return null;
        }
      });
      if (top1 !== null) found.set(number, top1);
    } finally {
      folder.remove();
    }
  }
  progress(trials.length, trials.length);
  return found;
}

/** As `retrain` does by default, but that the last epoch counts: the best of several would flatter itself. */
function training({ epochs, batch }: ShortRetrain, out: string): RetrainOptions['training'] {
  const cores = availableParallelism();
  return {
    normalize: undefined,
    augment: 'default',
    plainEpochs: 0,
    out,
    keep: 'last',
    holdOut: 0,
    epochs,
    batch,
    accumulation: 1,
    learningRate: 0.01,
    schedule: 'cosine',
    warmUpEpochs: epochs / 20,
    rewindEpochs: null,
    freeze: 'none',
    optimiser: { kind: 'sgd', momentum: 0.9, nesterov: true },
    weightDecay: 5e-4,
    frobeniusDecay: 0,
    labelSmoothing: 0,
    distillationWeight: 0.5,
    temperature: 4,
    clipNorm: null,
    emaDecay: 0.998,
    precision: 'float32',
    scoreEvery: epochs,
    seed: 0,
    engine: { kind: 'onnxruntime', provider: 'cpu', threads: cores, graphOptimization: 'all' },
    loaderThreads: Math.max(1, Math.floor(cores / 4)),
    checkpoint: `${out}.checkpoint`,
    checkpointMs: 600_000,
    restart: false,
  };
}
