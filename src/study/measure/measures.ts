/** How each objective of a candidate is measured, each by itself, in the order in which they are taken. */
import { statSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { Assignment } from '../../decompose/method.ts';
import type { Device, LatencyBudget, ModelFile } from '../../device/device.ts';
import { type Attempt, complete, failed } from '../../errors/failure.ts';
import { UserError } from '../../errors/user-error.ts';
import type { ScoreBudget, Scorer, Stopping } from '../../evaluate/scorer.ts';
import { reasonOf } from '../../host/model-file.ts';
import type { Kind } from '../../objectives/objective.ts';
import { type Readings, readingsOf } from '../../objectives/objectives.ts';
import type { Observation, StoredObservation } from '../../store/observation.ts';
import type { CandidateFile } from '../build/candidate.ts';
import { accuracyObservation, latencyObservation, memoryObservation, sizeObservation } from './observations.ts';

/** What a trial is measured with. */
export interface Instruments {
  /** Corrects the candidate, unless the correction that it once got is given. */
  readonly build: (
    assignment: Assignment,
    file: string,
    correction?: Uint8Array | null,
  ) => Attempt<CandidateFile> | Promise<Attempt<CandidateFile>>;
  readonly device: Device;
  readonly scorer: Scorer;
  /** A candidate's bytes before it was corrected; see `Device.latency`. */
  readonly uncorrected?: ((assignment: Assignment) => Uint8Array) | undefined;
  /** The dense model, as a file of the same making as the candidates. */
  readonly reference: ModelFile;
}

export interface MeasureBudget {
  readonly latency: LatencyBudget;
  readonly score: ScoreBudget;
  /** Whatever else this process does meanwhile: it is waited for before the latency is taken, for which the machine must be quiet. */
  readonly idle?: Promise<unknown> | undefined;
  /** When to give the trial up, given what is known of it before its images are scored; never when missing. */
  readonly stopping?: ((known: Readings) => Stopping) | undefined;
  /** Whether it is the dense model, whose ratios to itself are 1 by definition; told by its bytes when missing. */
  readonly isDense?: boolean | undefined;
  /** What is stored of the dense model in this phase: changes are taken against its answers, and its memory is not measured again. */
  readonly dense?: readonly StoredObservation[] | undefined;
  /** What was measured of the candidate before, by others. */
  readonly earlier?: readonly Observation[] | undefined;
}

export interface MeasureJob {
  readonly assignment: Assignment;
  readonly instruments: Pick<Instruments, 'device' | 'reference' | 'uncorrected'> &
    Partial<Pick<Instruments, 'scorer'>>;
  readonly candidate: CandidateFile;
  readonly isDense: boolean;
  readonly budget: Pick<MeasureBudget, 'latency'> & Partial<MeasureBudget>;
  /** What was measured of it before. */
  readonly known: readonly Observation[];
}

const cannotTell = (driver: string): UserError =>
  new UserError(
    `Cannot measure the objective "memory": the device "${driver}" cannot tell how much memory a run takes.`,
    'Leave memory out of --objectives, and --max-memory with it; or measure on a device that can tell.',
  );

/** What is known of a device before it is opened. */
export interface Measurer {
  readonly driver: string;
  readonly tellsMemory: boolean;
}

/** @throws UserError where the device cannot measure an objective */
export function demandMeasurable(kinds: readonly Kind[], device: Measurer): void {
  if (kinds.includes('memory') && !device.tellsMemory) throw cannotTell(device.driver);
}

type Measure = (job: MeasureJob) => Promise<Attempt<Observation>>;

/** The cheap ones first; accuracy last, since scoring may be given up by what is known then. */
const measures: Readonly<Record<Kind, Measure>> = {
  size: async ({ candidate, instruments: { reference } }) => {
    try {
      return complete(sizeObservation(statSync(candidate.path).size, statSync(reference.path).size));
    } catch (error) {
      // Both were just written: whoever stops a search takes them away.
      return failed('interrupted', `a model file cannot be read: ${reasonOf(error)}`);
    }
  },
  memory: async ({ candidate, isDense, instruments: { device, reference }, budget: { dense = [] } }) => {
    if (!device.peakMemory) throw cannotTell(device.driver);
    const peak = await device.peakMemory(candidate);
    if (peak.state === 'failed') return peak;
    if (isDense) return complete(memoryObservation(peak.value, peak.value.samplesKib, true));
    const known = dense.find(each => each.kind === 'memory');
    // What a process takes depends on the machine and the versions, and hardly on the moment.
    const { measuredBy: _, ...there } = known?.environment ?? peak.value.environment;
    const same = known !== undefined && isDeepStrictEqual(there, peak.value.environment);
    if (known?.kind === 'memory' && same)
      return complete(memoryObservation(peak.value, known.candidateSamplesKib, false));
    const again = await device.peakMemory(reference);
    return again.state === 'failed' ? again : complete(memoryObservation(peak.value, again.value.samplesKib, false));
  },
  latency: async ({ assignment, candidate, isDense, instruments: { device, reference, uncorrected }, budget }) => {
    await budget.idle;
    const plain = candidate.correction && uncorrected ? () => uncorrected(assignment) : undefined;
    const latency = await device.latency(candidate, reference, budget.latency, plain);
    return latency.state === 'failed' ? latency : complete(latencyObservation(latency.value, isDense));
  },
  accuracy: async ({ candidate, isDense, instruments: { scorer }, budget, known }) => {
    if (!scorer || !budget.score) throw new Error('an accuracy needs a scorer and a budget');
    const stopping = isDense ? undefined : budget.stopping?.(readingsOf(known));
    const score = await scorer.accuracy(candidate.path, { ...budget.score, stopping });
    if (score.state === 'failed') return score;
    const answers = budget.dense?.find(each => each.kind === 'accuracy');
    const dense = !isDense && answers?.kind === 'accuracy' ? answers.correct : null;
    return complete(accuracyObservation(score.value, dense));
  },
};

const order = Object.keys(measures) as readonly Kind[];

export const inOrder = (kinds: readonly Kind[]): readonly Kind[] => order.filter(kind => kinds.includes(kind));

export const measure = (kind: Kind, job: MeasureJob): Promise<Attempt<Observation>> => measures[kind](job);
