/** The loop of a search, written once: claim or ask, observe, store, tell. */
import type { FailureReason } from '../../errors/failure.ts';
import type { Emit, EndedBy } from '../../events/event.ts';
import { frontFor } from '../../objectives/front.ts';
import { type RngState, seededRng } from '../../random/rng.ts';
import { assignmentOf, denseConfiguration } from '../../space/configuration.ts';
import type { Space } from '../../space/space.ts';
import type { FrontState, Store } from '../../store/store.ts';
import type { Study } from '../../store/study.ts';
import type { Asked, NewTrial, RunningTrial, Trial, TrialResult } from '../../store/trial.ts';
import { nextAsked, toldFor } from '../propose/history.ts';
import type { Proposer } from '../propose/proposer.ts';

export interface LoopParts {
  readonly store: Pick<Store, 'queue' | 'trials'>;
  readonly study: Study;
  readonly space: Space;
  /** Null for a run that measures the dense model and nothing else. */
  readonly proposer: Proposer | null;
  /** Measures one trial; the number seeds what is random in it. `idle` resolves when the next proposal is thought out. */
  readonly observe: (trial: RunningTrial, idle: Promise<unknown>) => Promise<TrialResult>;
  readonly emit: Emit;
  /**
   * Called for every finished trial, with its raw samples and the front that it left (null where it did not end complete); may throw to
   * end the search (a dense model at chance).
   */
  readonly finished: (trial: RunningTrial, result: TrialResult, front: FrontState | null) => Promise<void>;
}

export interface LoopBudget {
  /** Trials of the study, the dense model not counted. */
  readonly trials: number;
  /** Whether another trial may be started now, as far as time goes. */
  readonly timeLeft: () => boolean;
  /** Aborted to end after the trial that runs. */
  readonly finish: AbortSignal;
  /** Aborted when the trial that runs is to be given up; whoever aborts it also ends what measures. */
  readonly stop: AbortSignal;
}

/** Failures that concern the place and not the trial: the same would happen to every next one. */
const fatal: ReadonlySet<FailureReason> = new Set(['disk-full', 'unreachable']);
/** Failures of the dense model that the next start would meet again. */
const lasting: ReadonlySet<FailureReason> = new Set(['runtime-rejected', 'not-finite']);
/** So many failures in a row are no accident of single candidates. */
export const failuresInARow = 8;

/**
 * Goes on until the budget ends. A trial that is given up (`stop`) stays "running" and is queued again at the next start.
 *
 * The next proposal is asked for while a trial is measured, from what was finished when that one was begun (`nextAsked`).
 */
export async function runLoop(parts: LoopParts, budget: LoopBudget): Promise<EndedBy> {
  const { store, study, emit } = parts;
  const known = new Map<number, Trial>();
  let lastSequence = 0;
  let failures = 0;
  let ahead: Ahead | null = null;
  for (;;) {
    if (budget.finish.aborted || budget.stop.aborted) return 'interrupted';
    lastSequence = await refresh(parts, known, lastSequence);
    const trial: RunningTrial | NoTrial =
      (await store.queue.claim(study.id)) ?? (await begin(parts, budget, withoutGaps(known), ahead));
    if (trial === 'trials' || trial === 'time' || trial === 'exhausted') return trial;
    if (trial === 'again') continue;
    emit({ kind: 'trial-started', trial: trial.number, strategy: trial.strategy });
    known.set(trial.number, trial);
    ahead = askAhead(parts, budget, withoutGaps(known));
    const idle = ahead?.proposal.catch(() => {}) ?? Promise.resolve();
    const result = trial.requeues < deathsPerTrial ? await parts.observe(trial, idle) : lethal(trial);
    if (budget.stop.aborted || (result.state === 'failed' && result.reason === 'interrupted')) return 'interrupted';
    if (result.state === 'failed' && fatal.has(result.reason)) throw new StoppedSearch(result.detail);
    // Nothing can be compared without the dense model: it stays in the queue, for the next start.
    if (result.state === 'failed' && trial.number === 0) {
      throw new StoppedSearch(`the dense model could not be measured: ${result.detail}`, lasting.has(result.reason));
    }
    const front = await store.queue.finish(trial.id, result, frontFor(study.objectives));
    await parts.finished(trial, result, front);
    failures = result.state === 'failed' ? failures + 1 : 0;
    if (failures >= failuresInARow && result.state === 'failed') {
      throw new StoppedSearch(`${failures} trials in a row failed, the last one because: ${result.detail}`);
    }
  }
}

/** A process that dies once was killed; one that dies at the same trial again and again is killed by it. */
const deathsPerTrial = 5;

const lethal = ({ requeues }: RunningTrial): TrialResult => ({
  state: 'failed',
  reason: 'crashed',
  detail: `the search died ${requeues} times while it ran this trial`,
  stages: { buildMs: null, latencyMs: null, accuracyMs: null },
  observations: [],
});

/** The search cannot go on, for a reason outside the trials; what is stored stays. */
export class StoppedSearch extends Error {
  /** Whether the next start would stop there again. */
  readonly lasting: boolean;

  constructor(message: string, lasting = false) {
    super(message);
    this.lasting = lasting;
  }
}

/** Reads what is new; trials of other processes on the same study too. Returns the latest sequence that is known. */
export async function refresh(
  { store, study }: Pick<LoopParts, 'store' | 'study'>,
  known: Map<number, Trial>,
  after: number,
): Promise<number> {
  const open = await store.trials.list(study.id, { states: ['waiting', 'running'] });
  const done = await store.trials.list(study.id, { states: ['complete', 'failed', 'pruned'], finishedAfter: after });
  for (const trial of [...open, ...done]) known.set(trial.number, trial);
  return done.reduce((latest, trial) => {
    const revised = trial.state === 'complete' ? (trial.revisions.at(-1)?.replacedAt ?? 0) : 0;
    return Math.max(latest, revised, 'finishedSequence' in trial ? trial.finishedSequence : 0);
  }, after);
}

/** The trials up to the first number that is not known: a trial of another process may be listed before an older one. */
export function withoutGaps(known: ReadonlyMap<number, Trial>): Trial[] {
  const trials: Trial[] = [];
  for (let next = known.get(0); next; next = known.get(next.number + 1)) trials.push(next);
  return trials;
}

type NoTrial = 'trials' | 'time' | 'exhausted' | 'again';

export interface Proposal {
  readonly trial: NewTrial | null;
  readonly asked: Asked;
}

interface Ahead {
  readonly asked: Asked;
  readonly proposal: Promise<Proposal>;
}

/** A new trial; the dense model is the first of a study and costs no budget. */
async function begin(
  parts: LoopParts,
  budget: LoopBudget,
  trials: readonly Trial[],
  ahead: Ahead | null,
): Promise<RunningTrial | NoTrial> {
  const { store, study, space, proposer } = parts;
  if (trials.length === 0) {
    const dense = { configuration: denseConfiguration(space), strategy: 'dense', rngBefore: null, rngAfter: null };
    const assignment = assignmentOf(space, dense.configuration);
    return (await store.queue.begin(study.id, { ...dense, assignment, asked: null })) ?? 'again';
  }
  if (!proposer || trials.length > budget.trials) return 'trials';
  if (!budget.timeLeft()) return 'time';
  const asked = nextAsked(trials, proposer.setup);
  const fits = ahead?.asked.known === asked.known && ahead.asked.after === asked.after;
  const { trial } = await (fits ? ahead.proposal : propose(parts, proposer, trials, asked));
  if (!trial) return 'exhausted';
  return (await store.queue.begin(study.id, trial)) ?? 'again';
}

/** Begins to think of what comes after the trial that is about to be measured. */
function askAhead(parts: LoopParts, budget: LoopBudget, trials: readonly Trial[]): Ahead | null {
  const { proposer } = parts;
  if (!proposer || trials.length > budget.trials) return null;
  const asked = nextAsked(trials, proposer.setup);
  const proposal = propose(parts, proposer, trials, asked);
  // Whoever needs it hears of what goes wrong; a search that ends first does not.
  proposal.catch(() => {});
  return { asked, proposal };
}

export async function propose(
  { space, study }: Pick<LoopParts, 'space' | 'study'>,
  { asker, constraints }: Proposer,
  trials: readonly Trial[],
  asked: Asked,
): Promise<Proposal> {
  const before = generatorAfter(trials, study.seed);
  const { configuration, rngAfter } = await asker.ask({ ...toldFor(trials, asked, constraints), rng: before });
  if (!configuration) return { trial: null, asked };
  const assignment = assignmentOf(space, configuration);
  return {
    trial: { configuration, assignment, strategy: asker.strategy, rngBefore: before, rngAfter, asked },
    asked,
  };
}

/** Goes on where the proposal of the latest trial left the stream. */
function generatorAfter(trials: readonly Trial[], seed: number): RngState {
  const latest = trials.reduce<Trial | null>(
    (best, trial) => (trial.rngAfter && (!best || trial.number > best.number) ? trial : best),
    null,
  );
  return latest?.rngAfter ?? seededRng(seed).state();
}
