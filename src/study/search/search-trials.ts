/** The trials of a study, from the dense model to the last proposal that the budget allows. */
import { latencyBudget } from '../../device/profile.ts';
import { UserError } from '../../errors/user-error.ts';
import type { Emit, EndedBy } from '../../events/event.ts';
import { hasLimits, keepsTo } from '../../objectives/limits.ts';
import { outOfReach, trialsBeforeWarning } from '../../report/front/out-of-reach.ts';
import type { StoredObservation } from '../../store/observation.ts';
import type { Store } from '../../store/store.ts';
import type { Study } from '../../store/study.ts';
import type { CompleteTrial, RunningTrial, TrialResult } from '../../store/trial.ts';
import type { Plan } from '../build/plan.ts';
import type { OpenInstruments } from '../measure/instruments.ts';
import { type ObserveBudget, observe } from '../measure/observe.ts';
import type { QuietPatience } from '../measure/patience.ts';
import { quietWatch } from '../measure/quiet-reference.ts';
import { interrupted, leftMs, type RunBudget, scoreTimeoutMs, timeLeft } from '../measure/run-budget.ts';
import { triedOf } from '../measure/tried.ts';
import type { LimitedProposer } from '../propose/proposer.ts';
import { trialCounts, trialsIn } from '../read/counts.ts';
import { stoppingFor } from '../work/stopping.ts';
import { denseFirst } from './dense-first.ts';
import { type LoopParts, runLoop, StoppedSearch } from './loop.ts';
import { remeasureDisturbed } from './remeasure.ts';
import type { Sharing } from './sharing.ts';
import { trialEvents } from './trial-events.ts';

export interface RunParts {
  readonly store: Store;
  readonly study: Study;
  readonly plan: Plan;
  readonly instruments: OpenInstruments;
  /** Called once the dense model is measured; may take a part of the time. Null when it was stopped. */
  readonly propose: (budget: RunBudget) => Promise<LimitedProposer | null>;
  /** Whether trials that can hardly enter the front any more are given up half-way. */
  readonly pruning: boolean;
  /** Keeps the limits that this run gave, and judges all trials by them; missing where it gave none. */
  readonly rememberLimits?: (() => Promise<void>) | undefined;
  readonly emit: Emit;
  /** Of a store that other machines may share; missing where this process measures everything. */
  readonly sharing?: Sharing | undefined;
}

export async function searchTrials(parts: RunParts, budget: RunBudget, patience: QuietPatience): Promise<EndedBy> {
  const { store, study, plan, instruments, emit } = parts;
  const { timeMs } = budget;
  const latency = latencyBudget(plan.hardware, study.seed);
  const events = trialEvents({ store, study, emit });
  const quiet = quietWatch(store, study);
  let confirmMs = 0;
  /** What was left when the first trial of this run could begin. */
  let beganLeftMs = Number.POSITIVE_INFINITY;
  let ofDense: readonly StoredObservation[] | null = null;
  /** Measured once and told to every trial; a new run looks again. */
  const denseSamples = async (): Promise<readonly StoredObservation[]> => {
    const trial = ofDense ? null : await store.trials.get(study.id, 0);
    const samples = trial?.state === 'complete' ? await store.trials.samples(trial.id) : [];
    if (samples.length > 0) ofDense = samples.filter(({ phase }) => phase === 'search');
    return ofDense ?? [];
  };
  const observeWith = async (
    { assignment, number }: RunningTrial,
    idle: Promise<unknown>,
    stopping?: ObserveBudget['stopping'],
  ): Promise<TrialResult> => {
    const waiting = { waitMs: patience.waitMs(), quietReferenceMs: await quiet.times() };
    const result = await observe(instruments, assignment, {
      objectives: study.objectives,
      dense: number === 0 ? [] : await denseSamples(),
      latency: { ...latency, ...waiting, seed: study.seed + number },
      score: { images: 'proxy', timeoutMs: scoreTimeoutMs },
      idle,
      stopping,
    });
    for (const each of result.observations) if (each.kind === 'latency') patience.tell(each.quality);
    return result;
  };
  const dense: LoopParts = {
    store,
    study,
    space: plan.space,
    proposer: null,
    emit,
    observe: observeWith,
    finished: async (trial, result, front) => {
      await events.finished(trial, result, front);
      if (timeMs !== null) confirmMs = await confirmEstimateMs(store, study, instruments);
    },
  };
  // Over a large validation set, confirming may take longer than the night: half of what is left after the preparation is for the search.
  const limited = { ...budget, timeLeft: () => timeLeft(budget, Math.min(confirmMs, beganLeftMs / 2)) };
  const goOn = (): boolean => !interrupted(budget) && limited.timeLeft();
  let proposer: LimitedProposer | null = null;
  try {
    const measure = (): Promise<EndedBy> => runLoop(dense, { ...limited, trials: 0 });
    const endedBy = await denseFirst({ ...limited, store, study, emit, measure });
    if (endedBy) return endedBy;
    if (trialsIn(await trialCounts(store, study)) > budget.trials) return 'trials';
    proposer = await parts.propose(budget);
    beganLeftMs = leftMs(budget);
    if (!proposer) return 'interrupted';
    const { constraints } = proposer;
    const observed: LoopParts['observe'] = async (trial, idle) => {
      const front = await store.trials.front(study.id);
      const result = await observeWith(
        trial,
        idle,
        parts.pruning ? stoppingFor(study.objectives, front, constraints) : undefined,
      );
      return result.state === 'complete' ? { ...result, feasible: keepsTo(constraints, result.values) } : result;
    };
    const watch = await limitWatch(parts, proposer);
    const again = { store, study, instruments, latency, patience, quiet, constraints, emit };
    const finished: LoopParts['finished'] = async (trial, result, front) => {
      await dense.finished(trial, result, front);
      watch({ ...result, number: trial.number });
      // The machine is quiet now: what the front rests on is put right while it lasts.
      if (isQuiet(result)) await remeasureDisturbed(again, 'front', goOn);
    };
    return await runLoop({ ...dense, proposer, observe: observed, finished }, limited);
  } catch (error) {
    if (!(error instanceof StoppedSearch)) throw error;
    await store.studies.setState(study.id, 'stopped');
    throw new UserError(
      `The search stopped: ${error.message}.`,
      error.lasting
        ? 'Check that it runs on this device with "rankfront profile"; what is stored stays.'
        : 'What is stored stays; run the same command again to go on.',
      { cause: error },
    );
  } finally {
    await proposer?.asker.close();
  }
}

/**
 * Warns once a run, when enough trials were seen and none keeps to the limits; those of earlier runs count. Once one keeps to them, there is
 * nothing to watch for any more.
 */
export async function limitWatch({ store, study, emit }: RunParts, { limits, dense }: LimitedProposer) {
  if (!hasLimits(limits)) return () => {};
  const pruned = await store.trials.list(study.id, { states: ['pruned'] });
  const seen = [...(await store.trials.figures(study.id)), ...pruned].sort((a, b) => a.number - b.number);
  const tried = triedOf(study.objectives, seen, dense);
  let over = false;
  const look = (): void => {
    if (over || tried.length < trialsBeforeWarning) return;
    over = true;
    const message = outOfReach(limits, tried);
    if (message !== null) emit({ kind: 'warning', trial: null, message });
  };
  look();
  return (trial: TrialResult & { readonly number: number }): void => {
    if (over) return;
    tried.push(...triedOf(study.objectives, [trial], dense));
    look();
  };
}

const isQuiet = ({ observations }: TrialResult): boolean =>
  observations.some(each => each.kind === 'latency' && each.quality === 'good');

/** What confirming the front as it stands would take, from what the search's measurements took without their waiting. */
export async function confirmEstimateMs(store: Store, study: Study, { scorer }: OpenInstruments): Promise<number> {
  const front = await store.trials.front(study.id);
  const mean = (of: (trial: CompleteTrial) => number): number =>
    front.reduce((sum, trial) => sum + of(trial), 0) / Math.max(1, front.length);
  const images = scorer.confirmIndices.length / Math.max(1, scorer.proxyIndices.length);
  const each =
    4 * mean(trial => Math.max(0, (trial.stages.latencyMs ?? 0) - waitedMs(trial))) +
    mean(({ stages }) => stages.memoryMs ?? 0) +
    images * mean(({ stages }) => stages.accuracyMs ?? 0);
  return (front.length + 1) * each;
}

const waitedMs = ({ observations }: CompleteTrial): number =>
  observations.reduce(
    (sum, each) => sum + (each.kind === 'latency' && each.phase === 'search' ? (each.conditions?.waitedMs ?? 0) : 0),
    0,
  );
