/** What is told of every finished trial. */

import type { Warning } from '../../device/warning.ts';
import { wordWarning } from '../../device/wording.ts';
import type { Emit, FurtherValues } from '../../events/event.ts';
import { metricNamed } from '../../metric/metric.ts';
import { entryOf, furtherOf, objectives, positionOf } from '../../objectives/objectives.ts';
import { halfWidthOf } from '../../report/change.ts';
import { areFlags, type Marks, meanMark } from '../../stats/marks.ts';
import { pairedAccuracy } from '../../stats/paired-answers.ts';
import type { Observation } from '../../store/observation.ts';
import type { FrontState, Store } from '../../store/store.ts';
import type { Study } from '../../store/study.ts';
import type { RunningTrial, StageTimes, TrialResult } from '../../store/trial.ts';
import { observationsIn } from '../read/phase-observations.ts';

export interface EventParts {
  readonly store: Pick<Store, 'trials'>;
  readonly study: Study;
  readonly emit: Emit;
}

type Complete = Extract<TrialResult, { state: 'complete' }>;
type Pruned = Extract<TrialResult, { state: 'pruned' }>;
type Latency = Extract<Observation, { kind: 'latency' }>;
type Accuracy = Extract<Observation, { kind: 'accuracy' }>;

/** The correction is a part of the build, and not a stage beside it. */
export const wallMsOf = ({ correctionMs: _, ...stages }: StageTimes): number =>
  Object.values(stages).reduce<number>((sum, each) => sum + (each ?? 0), 0);

/** The metric by its name in the study, where images are graded. */
function gradedBy(names: readonly string[]): { readonly metric?: string } {
  const name = names.find(each => metricNamed(each)?.counts === false);
  return name === undefined ? {} : { metric: name };
}

/** Against the dense model on the same images, with half of its 95 % interval; of the dense model itself, none. */
export function changeOf(
  dense: Marks | undefined,
  correct: Marks,
): { readonly drop: number; readonly halfWidth: number } {
  if (!dense) return { drop: 0, halfWidth: 0 };
  const { drop, standardError, images } = pairedAccuracy(dense, correct);
  return { drop, halfWidth: halfWidthOf(standardError, images, !areFlags(correct)) };
}

/** What else the study minimises, to be spread into an event: nothing where it has latency and accuracy alone. */
export function furtherIn(
  names: readonly string[],
  observations: readonly Observation[],
): { readonly further?: FurtherValues } {
  const found = furtherOf(names).flatMap(({ kind, unit, denseAmount }) => {
    const seen = observations.find(each => each.kind === kind);
    const name = names[positionOf(names, kind)];
    if (!seen || name === undefined || unit !== 'B') return [];
    return [[name, { value: seen.value * denseAmount(seen), unit, ratio: seen.value }] as const];
  });
  return found.length === 0 ? {} : { further: Object.fromEntries(found) };
}

/** What `finish` of the queue has returned is not read back; the dense model is, once, where another run measured it. */
export function trialEvents(parts: EventParts): {
  readonly finished: (trial: RunningTrial, result: TrialResult, front: FrontState | null) => Promise<void>;
} {
  const { store, study, emit } = parts;
  let dense: { readonly latencyMs: number; readonly correct: Marks } | null = null;

  const denseFigures = async (): Promise<typeof dense> => {
    const trial = await store.trials.get(study.id, 0);
    const seen = trial && observationsIn(await store.trials.samples(trial.id), 'search');
    return seen && { latencyMs: seen.latency.referenceMs, correct: seen.accuracy.correct };
  };

  const complete = async (trial: RunningTrial, result: Complete, front: FrontState | null): Promise<void> => {
    const latency = result.observations.find((each): each is Latency => each.kind === 'latency');
    const accuracy = result.observations.find((each): each is Accuracy => each.kind === 'accuracy');
    if (!latency || !accuracy) return;
    for (const warning of latency.warnings) {
      const { seen, remedy } = wordWarning(warning as unknown as Warning);
      emit({ kind: 'warning', trial: trial.number, message: `${seen} ${remedy}`, about: warning.kind });
    }
    if (trial.number === 0) {
      emit({
        kind: 'dense',
        latencyMs: latency.referenceMs,
        accuracy: accuracy.value,
        standardError: accuracy.standardError,
        images: accuracy.images,
        ...gradedBy(study.objectives),
        ...furtherIn(study.objectives, result.observations),
      });
      dense = { latencyMs: latency.referenceMs, correct: accuracy.correct };
      return;
    }
    dense ??= await denseFigures();
    emit({
      kind: 'trial-finished',
      trial: trial.number,
      ratio: latency.value,
      interval: latency.interval,
      latencyMs: latency.value * (dense?.latencyMs ?? latency.referenceMs),
      accuracy: accuracy.value,
      standardError: accuracy.standardError,
      ...changeOf(dense?.correct, accuracy.correct),
      quality: latency.quality,
      ...furtherIn(study.objectives, result.observations),
      macs: result.macs,
      onFront: front?.members.includes(trial.number) ?? false,
      frontSize: front?.members.length ?? 0,
      hypervolume: front?.hypervolume ?? 0,
      wallMs: wallMsOf(result.stages),
    });
  };

  const pruned = async ({ number }: RunningTrial, { values, standardErrors, observations }: Pruned): Promise<void> => {
    dense ??= await denseFigures();
    const right = dense ? meanMark(dense.correct) : Number.NaN;
    const accuracy = observations.find((each): each is Accuracy => each.kind === 'accuracy');
    emit({
      kind: 'trial-pruned',
      trial: number,
      ratio: entryOf(study.objectives, 'latency', values),
      drop: entryOf(study.objectives, 'accuracy', values) - objectives.accuracy.minimised(right),
      standardError: entryOf(study.objectives, 'accuracy', standardErrors),
      images: accuracy?.images ?? 0,
    });
  };

  return {
    finished: async (trial, result, front) => {
      if (result.state === 'complete') return complete(trial, result, front);
      if (result.state === 'pruned') return pruned(trial, result);
      if (result.state === 'failed')
        emit({ kind: 'trial-failed', trial: trial.number, reason: result.reason, detail: result.detail });
    },
  };
}
