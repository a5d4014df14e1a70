/** One trial of a front on another device: its latency and memory are taken there, and everything else is taken over. */
import type { LatencyBudget } from '../../device/device.ts';
import { frontFor } from '../../objectives/front.ts';
import type { Kind } from '../../objectives/objective.ts';
import { kindsOf, measuredFrom, readingsOf } from '../../objectives/objectives.ts';
import type { Observation, Phase, StoredObservation } from '../../store/observation.ts';
import type { Store } from '../../store/store.ts';
import type { Study } from '../../store/study.ts';
import type { RunningTrial, TrialResult } from '../../store/trial.ts';
import { confirmBudget } from '../measure/confirm-budget.ts';
import type { OpenInstruments } from '../measure/instruments.ts';
import { type Taken, take } from '../measure/observe.ts';
import { scoreTimeoutMs } from '../measure/run-budget.ts';
import { type SourceTrial, takenOver } from './source.ts';

export interface TransferParts {
  readonly store: Store;
  /** The study that is filled. */
  readonly study: Study;
  readonly instruments: OpenInstruments;
  readonly latency: LatencyBudget;
  /** Whether images are scored on one of the two devices: then the answers of the first are none of the second. */
  readonly scoresAnew: boolean;
}

const onDevice = ({ scoresAnew }: TransferParts): readonly Kind[] =>
  scoresAnew ? ['latency', 'memory', 'accuracy'] : ['latency', 'memory'];

/** What is not measured there. */
const over = (parts: TransferParts, samples: readonly StoredObservation[], phase: Phase): Observation[] =>
  takenOver(samples, phase).filter(({ kind }) => !onDevice(parts).includes(kind));

export async function transferTrial(
  parts: TransferParts,
  trial: RunningTrial,
  { correction, samples }: Pick<SourceTrial, 'correction' | 'samples'>,
): Promise<TrialResult> {
  const { store, study } = parts;
  const same = over(parts, samples, 'search').filter(({ kind }) => kindsOf(study.objectives).includes(kind));
  const taken = await takeThere(parts, trial, correction, 'search');
  const observations = [...taken.observations, ...same];
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
  const taken = await takeThere(parts, trial, correction, 'confirm');
  if (taken.failure) return taken.failure.detail;
  const same = over(parts, samples, 'confirm').filter(({ kind }) => kind === 'accuracy');
  await parts.store.queue.confirm(trial.id, [...taken.observations, ...same]);
  return null;
}

async function takeThere(
  parts: TransferParts,
  { number, assignment }: Pick<RunningTrial, 'number' | 'assignment'>,
  correction: Uint8Array | null,
  phase: Phase,
): Promise<Taken> {
  const { store, study, instruments } = parts;
  const dense = number === 0 ? null : await store.trials.get(study.id, 0);
  const ofDense = dense ? (await store.trials.samples(dense.id)).filter(each => each.phase === phase) : [];
  const latency = phase === 'search' ? parts.latency : confirmBudget(parts.latency);
  return take(
    instruments,
    assignment,
    kindsOf(study.objectives).filter(kind => onDevice(parts).includes(kind)),
    {
      latency: { ...latency, seed: study.seed + number },
      score: { images: phase === 'search' ? 'proxy' : 'confirm', timeoutMs: scoreTimeoutMs },
      isDense: number === 0,
      dense: ofDense,
    },
    correction,
  );
}
