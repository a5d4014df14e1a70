/** An open study from its first or next trial to a confirmed front. */
import { latencyBudget } from '../device/profile.ts';
import { UserError } from '../errors/user-error.ts';
import type { EndedBy, StudyEvent } from '../report/event.ts';
import { outOfReach, trialsBeforeWarning } from '../report/out-of-reach.ts';
import { spaceSize } from '../space/configuration.ts';
import type { Store } from '../store/store.ts';
import type { Study } from '../store/study.ts';
import type { CompleteTrial, RunningTrial, TrialResult } from '../store/trial.ts';
import { chancesOf } from '../tuner/early-stopping.ts';
import type { Constraint } from '../tuner/strategy.ts';
import { confirmBudget, confirmFront } from './confirm.ts';
import type { OpenInstruments } from './instruments.ts';
import { keepsTo, triedOf } from './limits.ts';
import { type LoopParts, runLoop, StoppedSearch } from './loop.ts';
import { type ObserveBudget, observe } from './observe.ts';
import type { Plan } from './plan.ts';
import type { LimitedProposer } from './proposer.ts';
import { trialEvents } from './trial-events.ts';

export interface RunParts {
  readonly store: Store;
  readonly study: Study;
  readonly plan: Plan;
  readonly instruments: OpenInstruments;
  /** Called once the dense model is measured; null when it was stopped. */
  readonly propose: () => Promise<LimitedProposer | null>;
  /** Whether trials that can hardly enter the front any more are given up half-way. */
  readonly pruning: boolean;
  /** Keeps the limits that this run gave, and judges all trials by them; missing where it gave none. */
  readonly rememberLimits?: (() => Promise<void>) | undefined;
  readonly emit: (event: StudyEvent) => void;
}

export interface RunBudget {
  /** Trials of the study, the dense model not counted; may be infinite. */
  readonly trials: number;
  /** Wall time of this run, confirmation included, counted from `startedMs` of the monotonic clock. */
  readonly timeMs: number | null;
  readonly startedMs: number;
  readonly finish: AbortSignal;
  readonly stop: AbortSignal;
}

export interface RunEnd {
  readonly endedBy: EndedBy;
  /** Whether every member of the front is confirmed. */
  readonly confirmed: boolean;
}

/** A scorer that has not answered by then hangs: an hour is beyond any proxy or confirm set that this is meant for. */
export const scoreTimeoutMs = 3_600_000;

export async function runStudy(parts: RunParts, budget: RunBudget): Promise<RunEnd> {
  const { store, study, plan, emit } = parts;
  await store.queue.requeueLost(study.id);
  const before = await store.trials.list(study.id, { states: ['complete', 'failed', 'pruned'] });
  emit({
    kind: 'study-started',
    study: study.name,
    trialsPlanned: Number.isFinite(budget.trials) ? budget.trials : null,
    timeMs: budget.timeMs,
    sites: plan.space.sites.length,
    spaceSize: spaceSize(plan.space).toPrecision(3),
    resumedFrom: before.filter(({ number }) => number > 0).length,
  });
  await parts.rememberLimits?.();
  const interrupted = (): boolean => budget.finish.aborted || budget.stop.aborted;
  await store.studies.setState(study.id, 'searching');
  let endedBy = await searchTrials(parts, budget);
  let confirmed = false;
  if (endedBy !== 'interrupted') {
    await store.studies.setState(study.id, 'confirming');
    const latency = confirmBudget(latencyBudget(plan.hardware, study.seed));
    const end = await confirmFront({
      ...parts,
      latency,
      timeoutMs: scoreTimeoutMs,
      ...budget,
      timeLeft: () => timeLeft(budget),
    });
    confirmed = end.left === 0;
    if (interrupted()) endedBy = 'interrupted';
  }
  await store.studies.setState(study.id, endedBy === 'interrupted' ? 'stopped' : 'complete');
  await tellEnd(parts, endedBy, performance.now() - budget.startedMs);
  return { endedBy, confirmed };
}

async function searchTrials(parts: RunParts, budget: RunBudget): Promise<EndedBy> {
  const { store, study, plan, instruments, emit } = parts;
  const { timeMs } = budget;
  const latency = latencyBudget(plan.hardware, study.seed);
  const events = trialEvents({ store, study, emit });
  let confirmMs = 0;
  const observeWith = ({ assignment, number }: RunningTrial, stopping?: ObserveBudget['stopping']) =>
    observe(instruments, assignment, {
      latency: { ...latency, seed: study.seed + number },
      score: { images: 'proxy', timeoutMs: scoreTimeoutMs },
      stopping,
    });
  const dense: LoopParts = {
    store,
    study,
    space: plan.space,
    proposer: null,
    emit,
    observe: trial => observeWith(trial),
    finished: async (trial, result) => {
      await events.finished(trial, result);
      // Over a large validation set, confirming may take longer than the night: half of it is for the search.
      if (timeMs !== null) confirmMs = Math.min(timeMs / 2, await confirmEstimateMs(store, study, instruments));
    },
  };
  const limited = { ...budget, timeLeft: () => timeLeft(budget, confirmMs) };
  let proposer: LimitedProposer | null = null;
  try {
    const endedBy = await runLoop(dense, { ...limited, trials: 0 });
    const begun = await store.trials.list(study.id);
    if (endedBy === 'interrupted' || begun.length > budget.trials) return endedBy;
    proposer = await parts.propose();
    if (!proposer) return 'interrupted';
    const { constraints } = proposer;
    const observed: LoopParts['observe'] = async trial => {
      const front = await store.trials.front(study.id);
      const result = await observeWith(trial, parts.pruning ? stoppingFor(front, constraints) : undefined);
      return result.state === 'complete' ? { ...result, feasible: keepsTo(constraints, result.values) } : result;
    };
    const watch = await limitWatch(parts, proposer);
    const finished: LoopParts['finished'] = async (trial, result) => {
      await dense.finished(trial, result);
      watch({ ...result, number: trial.number });
    };
    return await runLoop({ ...dense, proposer, observe: observed, finished }, limited);
  } catch (error) {
    if (!(error instanceof StoppedSearch)) throw error;
    await store.studies.setState(study.id, 'stopped');
    throw new UserError(
      `The search stopped: ${error.message}.`,
      'What is stored stays; run the same command again to go on.',
      { cause: error },
    );
  } finally {
    await proposer?.asker.close();
  }
}

/** Warns once a run, when enough trials were seen and none keeps to the limits; those of earlier runs count. */
async function limitWatch({ store, study, emit }: RunParts, { limits, dense }: LimitedProposer) {
  const tried = triedOf(await store.trials.list(study.id, { states: ['complete', 'pruned'] }), dense);
  let told = false;
  const look = (): void => {
    const message = told || tried.length < trialsBeforeWarning ? null : outOfReach(limits, tried);
    if (message === null) return;
    told = true;
    emit({ kind: 'warning', trial: null, message });
  };
  look();
  return (trial: TrialResult & { readonly number: number }): void => {
    tried.push(...triedOf([trial], dense));
    look();
  };
}

/** A trial goes on while it enters the front with at least this probability. */
export const hopeBelow = 0.01;

/** By the front as it stands when a trial is begun. */
export const stoppingFor =
  (front: readonly CompleteTrial[], constraints: readonly Constraint[]): ObserveBudget['stopping'] =>
  latency => ({ chances: chancesOf(front, latency, constraints), below: hopeBelow });

const timeLeft = ({ timeMs, startedMs }: RunBudget, reservedMs = 0): boolean =>
  timeMs === null || performance.now() - startedMs + reservedMs < timeMs;

/** What confirming the front as it stands would take, from what the search's measurements took. */
async function confirmEstimateMs(store: Store, study: Study, { scorer }: OpenInstruments): Promise<number> {
  const front = await store.trials.front(study.id);
  const mean = (stage: 'latencyMs' | 'accuracyMs'): number =>
    front.reduce((sum, { stages }) => sum + (stages[stage] ?? 0), 0) / Math.max(1, front.length);
  const images = scorer.confirmIndices.length / Math.max(1, scorer.proxyIndices.length);
  return (front.length + 1) * (4 * mean('latencyMs') + images * mean('accuracyMs'));
}

async function tellEnd({ store, study, emit }: RunParts, endedBy: EndedBy, wallMs: number): Promise<void> {
  const all = await store.trials.list(study.id);
  const count = (wanted: string): number => all.filter(({ state }) => state === wanted).length;
  emit({
    kind: 'study-finished',
    study: study.name,
    complete: count('complete'),
    pruned: count('pruned'),
    failed: count('failed'),
    frontSize: (await store.trials.front(study.id)).length,
    wallMs,
    endedBy,
  });
}
