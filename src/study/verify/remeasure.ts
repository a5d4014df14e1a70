/** One stored trial built, scored and timed again, in the phases that are asked for. */
import { statSync } from 'node:fs';
import type { LatencyBudget, QuietTimes } from '../../device/device.ts';
import { latencyBudget } from '../../device/profile.ts';
import type { Attempt } from '../../errors/failure.ts';
import type { ScoreBudget } from '../../evaluate/scorer.ts';
import type { LatencySummary, Phase, StoredObservation } from '../../store/observation.ts';
import type { Store } from '../../store/store.ts';
import type { CompleteTrial } from '../../store/trial.ts';
import type { CandidateBytes, CandidateFile } from '../build/candidate.ts';
import type { Plan } from '../build/plan.ts';
import { confirmBudget } from '../measure/confirm-budget.ts';
import type { OpenInstruments } from '../measure/instruments.ts';
import { accuracyObservation, latencyObservation } from '../measure/observe.ts';
import type { QuietPatience } from '../measure/patience.ts';
import { observationsIn, type PhaseObservations } from '../read/phase-observations.ts';
import type { RecountedTrial } from '../recount/recount-trial.ts';
import type { FreshLatency } from './dense-latency.ts';
import { type JudgeMemory, memoryNotMeasured } from './memory.ts';
import { sizeFacts } from './size-facts.ts';
import type { CostFigure } from './stored-costs.ts';
import {
  judgeAccuracy,
  judgeCorrection,
  judgeLatency,
  judgeModel,
  notMeasured,
  type PhaseVerdict,
  type RefinedVerdict,
  type TrialVerdict,
} from './verdict.ts';

export interface VerifyParts {
  readonly store: Pick<Store, 'trials'>;
  readonly plan: Plan;
  readonly instruments: OpenInstruments;
  /** As the study names what it measures. */
  readonly objectives: readonly string[];
  readonly judgeMemory: JudgeMemory;
  /** Whether the statistics that its candidates are made from were rounded otherwise here. */
  readonly roundedOtherwise: boolean;
  /** What is not checked in files that are the same. */
  readonly countedOtherwise: readonly CostFigure[];
  readonly patience: QuietPatience;
  /** Whether the device cannot be reached from here, so that no latency is taken. */
  readonly unreachable: boolean;
  /** What the dense model takes when the machine is quiet, as far as the study knows. */
  readonly quietTimes: QuietTimes;
  /** Of the study; fresh measurements take others than the stored ones had. */
  readonly seed: number;
  /** Told of what begins. */
  readonly doing: (what: string) => void;
  /** Told of every fresh latency. */
  readonly measured: (fresh: FreshLatency) => void;
  /** Whether no other phase is to be begun. */
  readonly ended: () => boolean;
}

/** Far from those of the study, so that the same order of calls is not taken again. */
const otherSeeds = 1_000_003;

type Complete = RecountedTrial & { readonly trial: CompleteTrial };

/** Its bytes, and nothing that takes a clock or an image. */
export async function rebuilt(
  { trial, samples }: Pick<Complete, 'trial' | 'samples'>,
  { store, instruments, roundedOtherwise, countedOtherwise }: VerifyParts,
): Promise<TrialVerdict> {
  const correction = await store.trials.correction(trial.id);
  const built = builtAgain(() => instruments.builder.bytes(trial.assignment, correction));
  const judged = built
    ? judgeModel(trial, built, roundedOtherwise, countedOtherwise)
    : ({ model: 'differs', facts: [] } as const);
  const sizes = built && sizeFacts(trial.number, samples, sizesNow(built, instruments));
  return {
    trial: trial.number,
    model: judged.model,
    facts: [...judged.facts, ...(sizes ?? [])],
    correction: null,
    phases: [],
    refined: await refinedAgain({ trial, samples }, false, { store, instruments, roundedOtherwise }),
  };
}

/**
 * Whether the refined weights give the bytes that were scored and, where it is asked for, the accuracy. Null where there are none.
 */
async function refinedAgain(
  { trial, samples }: Pick<Complete, 'trial' | 'samples'>,
  scores: boolean,
  { store, instruments, roundedOtherwise }: Pick<VerifyParts, 'store' | 'instruments' | 'roundedOtherwise'>,
): Promise<RefinedVerdict | null> {
  const kept = await store.trials.refinement(trial.id);
  const seen = samples.find(
    (each): each is Extract<StoredObservation, { kind: 'accuracy' }> =>
      each.phase === 'refined' && each.kind === 'accuracy',
  );
  const failure = (model: RefinedVerdict['model'], why: string | null): RefinedVerdict => ({
    model,
    accuracy: null,
    failure: why,
  });
  if (kept?.state !== 'refined') return seen ? failure('differs', 'its refined weights are not there') : null;
  if (!seen) return failure('differs', 'its accuracy is not there');
  const built = builtAgain(() => instruments.builder.bytes(trial.assignment, kept.content));
  const model = built?.sha256 === kept.modelSha256 ? 'equal' : built && roundedOtherwise ? 'near' : 'differs';
  if (!scores || model === 'differs') return failure(model, null);
  const file = await instruments.build(trial.assignment, 'refined.onnx', kept.content);
  if (file.state === 'failed') return failure(model, file.detail);
  const score = await instruments.scorer.accuracy(file.value.path, scoreBudget('confirm'));
  if (score.state === 'failed') return failure(model, score.detail);
  return { model, accuracy: judgeAccuracy(seen, accuracyObservation(score.value)), failure: null };
}

const sizesNow = ({ bytes }: CandidateBytes, { reference }: Pick<OpenInstruments, 'reference'>) => ({
  bytes: bytes.length,
  referenceBytes: statSync(reference.path).size,
});

/** Null where what is stored of it is none of this network's candidates. */
function builtAgain<T>(build: () => T): T | null {
  try {
    return build();
  } catch {
    return null;
  }
}

export async function remeasured(
  { trial, samples }: Complete,
  wanted: readonly Phase[],
  parts: VerifyParts,
): Promise<TrialVerdict> {
  const plain = await rebuilt({ trial, samples }, parts);
  if (plain.model === 'differs') return plain;
  const { instruments, doing } = parts;
  const correction = await parts.store.trials.correction(trial.id);
  const built = await instruments.build(trial.assignment, 'candidate.onnx', correction);
  const phases: PhaseVerdict[] = [];
  let { refined = null } = plain;
  for (const phase of wanted) {
    if (phase === 'refined') {
      if (refined) doing('refined');
      refined = parts.ended() ? refined : await refinedAgain({ trial, samples }, true, parts);
      continue;
    }
    const seen = observationsIn(samples, phase, parts.objectives);
    if (!seen || parts.ended()) continue;
    doing(`${phase} phase`);
    phases.push(await phaseAgain(trial, phase, seen, built, parts));
  }
  return { ...plain, correction: await correctionAgain(trial, correction, instruments), phases, refined };
}

async function phaseAgain(
  trial: CompleteTrial,
  phase: Phase,
  seen: PhaseObservations,
  built: Attempt<CandidateFile>,
  { plan, instruments, judgeMemory, unreachable, patience, quietTimes, seed, measured }: VerifyParts,
): Promise<PhaseVerdict> {
  const failure = (detail: string): PhaseVerdict => ({
    phase,
    accuracy: null,
    latency: null,
    memory: null,
    failure: detail,
  });
  if (built.state === 'failed') return failure(built.detail);
  const isDense = built.value.sha256 === instruments.reference.sha256;
  const { measuredBy } = seen.latency.environment;
  let times = 0;
  const timed = async (): Promise<LatencySummary | string> => {
    const budget = budgetOf(phase, latencyBudget(plan.hardware, seed + trial.number + otherSeeds + times++));
    // Before sessions were kept, threads never spun: what was measured so is measured so again.
    const spinning = seen.latency.conditions !== null;
    const waiting = { waitMs: patience.waitMs(), quietReferenceMs: spinning ? quietTimes : undefined, spinning };
    const latency = await instruments.device.latency(built.value, instruments.reference, { ...budget, ...waiting });
    if (latency.state === 'failed') return latency.detail;
    patience.tell(latency.value.quality);
    const observation = latencyObservation(latency.value, isDense);
    measured({ phase, latency: observation });
    return observation;
  };
  const first = unreachable ? null : await timed();
  if (typeof first === 'string') return failure(first);
  const score = await instruments.scorer.accuracy(built.value.path, scoreBudget(phase));
  if (score.state === 'failed') return failure(score.detail);
  const now = accuracyObservation(score.value);
  if (now.kind !== 'accuracy') throw new Error('a score is an accuracy');
  const memory = seen.memory && !unreachable ? await judgeMemory(seen.memory, built.value) : null;
  if (memory?.state === 'failed') return failure(memory.detail);
  const again = async (): Promise<LatencySummary | null> => {
    const latency = await timed();
    return typeof latency === 'string' ? null : latency;
  };
  return {
    phase,
    accuracy: judgeAccuracy(seen.accuracy, now),
    latency: isDense ? null : first ? await judgeLatency(seen.latency, first, again) : notMeasured(seen.latency),
    memory: memory?.value ?? (seen.memory ? memoryNotMeasured(seen.memory) : null),
    failure: null,
    ...(measuredBy ? { measuredBy } : {}),
  };
}

const budgetOf = (phase: Phase, budget: LatencyBudget): LatencyBudget =>
  phase === 'search' ? budget : confirmBudget(budget);

const scoreBudget = (phase: Phase): ScoreBudget => ({
  images: phase === 'search' ? 'proxy' : 'confirm',
  timeoutMs: 3_600_000,
});

/** Null where there is none or it cannot be found anew. */
async function correctionAgain(
  trial: CompleteTrial,
  stored: Uint8Array | null,
  { builder, corrects }: OpenInstruments,
): Promise<TrialVerdict['correction']> {
  if (!stored || !corrects) return null;
  const found = await builder.correction(trial.assignment);
  return judgeCorrection(stored, found.state === 'complete' ? found.value : null);
}
