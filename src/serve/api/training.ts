/** The trainings of a study, and the curves of one of them. */
import { metricOf, metricTitle } from '../../metric/metric.ts';
import type { TrainingEpoch, TrainingPhase, TrainingRun } from '../../store/training.ts';
import { NotFound, type Query, type Source, studyIn, wholeIn } from './reader.ts';
import { thinned } from './thinned.ts';

export interface TrainingRow extends Omit<TrainingRun, 'trialId' | 'commandLine' | 'packageVersion'> {
  readonly trial: number;
}

export interface TrainingRecord {
  readonly study: string;
  /** What `top1` is called: accuracy against labels, or agreement with the dense model. */
  readonly accuracy: string;
  /** The latest first. */
  readonly runs: readonly TrainingRow[];
  /** The one that is asked for by `run`, or the latest; null where there is none. */
  readonly shown: {
    readonly run: number;
    readonly epochs: readonly TrainingEpoch[];
    /** Epochs that there are, drawn or not. */
    readonly trained: number;
    readonly phases: readonly TrainingPhase[];
  } | null;
}

const mostEpochs = 500;

export async function training(source: Source, query: Query): Promise<TrainingRecord> {
  const study = await studyIn(source, query);
  const { store } = source;
  const wanted = wholeIn(query, 'run');
  const numbered = await store.training.ofStudy(study.id);
  const runs = numbered
    .map(({ trial, run: { trialId: _, commandLine: __, packageVersion: ___, ...run } }) => ({ trial, ...run }))
    .sort((a, b) => b.startedAtMs - a.startedAtMs || b.id - a.id);
  const run = wanted === null ? runs[0] : runs.find(({ id }) => id === wanted);
  if (wanted !== null && !run) throw new NotFound(`The study has no training ${wanted}.`);
  const metrics = run && (await store.training.metrics(run.id));
  return {
    study: study.name,
    accuracy: metricTitle(metricOf(study.objectives)),
    runs,
    shown:
      run && metrics
        ? {
            run: run.id,
            epochs: thinned(metrics.epochs, mostEpochs, ({ validationTop1 }) => validationTop1 !== null),
            trained: metrics.epochs.length,
            phases: metrics.phases,
          }
        : null,
  };
}
