/** One trial of a front on another device: its latency and memory are taken there, and everything else is taken over. */
import type { LatencyBudget } from '../../device/device.ts';
import { frontFor } from '../../objectives/front.ts';
import type { Kind } from '../../objectives/objective.ts';
import { kindsOf, measuredFrom, readingsOf } from '../../objectives/objectives.ts';
import type { Observation, StoredObservation } from '../../store/observation.ts';
import type { Store } from '../../store/store.ts';
import type { Study } from '../../store/study.ts';
import type { RunningTrial, TrialResult } from '../../store/trial.ts';
import { confirmBudget } from '../measure/confirm-budget.ts';
import type { OpenInstruments } from '../measure/instruments.ts';
import { type Taken, take } from '../measure/observe.ts';
import { type SourceTrial, takenOver } from './source.ts';

export interface TransferParts {
  readonly store: Store;
  /** The study that is filled. */
  readonly study: Study;
  readonly instruments: OpenInstruments;
  readonly latency: LatencyBudget;
}

const onDevice: readonly Kind[] = ['latency', 'memory'];

export async function transferTrial(
  parts: TransferParts,
  trial: RunningTrial,
  { correction, samples }: Pick<SourceTrial, 'correction' | 'samples'>,
): Promise<TrialResult> {
  const { store, study } = parts;
  const over = takenOver(samples, 'search').filter(({ kind }) => kindsOf(study.objectives).includes(kind));
  const taken = await takeThere(parts, trial, correction, parts.latency, []);
  const observations = [...taken.observations, ...over];
  const result: TrialResult = taken.failure
    ? { ...taken.failure, stages: taken.stages, observations: taken.observations }
    : {
        state: 'complete',
        modelSha256: taken.candidate.sha256,
        ...(correction ? { correction } : {}),
        macs: taken.candidate.macs,
        params: taken.candidate.params,
        ...measuredFrom(study.objectives, readingsOf(observations)),
        feasible: true,
        stages: taken.stages,
        observations,
      };
  if (result.state === 'failed' && (result.reason === 'interrupted' || trial.number === 0)) return result;
  await store.queue.finish(trial.id, result, frontFor(study.objectives));
  return result;
}

/** The long run, beside the answers on untouched images that the first study has; why not, in words, where it cannot be. */
export async function confirmThere(
  parts: TransferParts,
  trial: Pick<RunningTrial, 'id' | 'number' | 'assignment'>,
  { correction, samples }: Pick<SourceTrial, 'correction' | 'samples'>,
): Promise<string | null> {
  const dense = trial.number === 0 ? null : await parts.store.trials.get(parts.study.id, 0);
  const ofDense = dense ? (await parts.store.trials.samples(dense.id)).filter(({ phase }) => phase === 'confirm') : [];
  const taken = await takeThere(parts, trial, correction, confirmBudget(parts.latency), ofDense);
  if (taken.failure) return taken.failure.detail;
  const over = takenOver(samples, 'confirm').filter(({ kind }) => kind === 'accuracy');
  await parts.store.queue.confirm(trial.id, [...taken.observations, ...over] as Observation[]);
  return null;
}

const takeThere = (
  { study, instruments }: TransferParts,
  { number, assignment }: Pick<RunningTrial, 'number' | 'assignment'>,
  correction: Uint8Array | null,
  latency: LatencyBudget,
  dense: readonly StoredObservation[],
): Promise<Taken> =>
  take(
    instruments,
    assignment,
    kindsOf(study.objectives).filter(kind => onDevice.includes(kind)),
    { latency: { ...latency, seed: study.seed + number }, isDense: number === 0, dense },
    correction,
  );
