/** The loop of a search, written once: claim or ask, observe, store, tell. */
import type { FailureReason } from '../errors/failure.ts';
import { type Rng, resumedRng, seededRng } from '../random/rng.ts';
import type { EndedBy, StudyEvent } from '../report/event.ts';
import { assignmentOf, denseConfiguration } from '../space/configuration.ts';
import type { Space } from '../space/space.ts';
import type { Store } from '../store/store.ts';
import type { Study } from '../store/study.ts';
import type { NewTrial, RunningTrial, Trial, TrialResult } from '../store/trial.ts';
import type { Configuration, Strategy } from '../tuner/strategy.ts';
import { historyOf } from './history.ts';
import { frontOf } from './objectives.ts';

export interface LoopParts {
  readonly store: Pick<Store, 'queue' | 'trials'>;
  readonly study: Study;
  readonly space: Space;
  readonly strategy: Strategy;
  /** Measures one trial; the number seeds what is random in it. */
  readonly observe: (trial: RunningTrial) => Promise<TrialResult>;
  readonly emit: (event: StudyEvent) => void;
  /** Called for every finished trial, with its raw samples; may throw to end the search (a dense model at chance). */
  readonly finished: (trial: RunningTrial, result: TrialResult) => Promise<void>;
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
const fatal: ReadonlySet<FailureReason> = new Set(['disk-full']);
/** So many failures in a row are no accident of single candidates. */
const failuresInARow = 8;

/** Goes on until the budget ends. A trial that is given up (`stop`) stays "running" and is queued again at the next start. */
export async function runLoop(parts: LoopParts, budget: LoopBudget): Promise<EndedBy> {
  const { store, study, emit } = parts;
  const known = new Map<number, Trial>();
  let lastSequence = 0;
  let failures = 0;
  for (;;) {
    if (budget.finish.aborted || budget.stop.aborted) return 'interrupted';
    lastSequence = await refresh(parts, known, lastSequence);
    const trials = [...known.values()];
    const trial = (await store.queue.claim(study.id)) ?? (await propose(parts, budget, trials));
    if (trial === 'trials' || trial === 'time' || trial === 'exhausted') return trial;
    if (trial === 'again') continue;
    emit({ kind: 'trial-started', trial: trial.number, strategy: trial.strategy });
    const result = trial.requeues < deathsPerTrial ? await parts.observe(trial) : lethal(trial);
    if (budget.stop.aborted || (result.state === 'failed' && result.reason === 'interrupted')) return 'interrupted';
    if (result.state === 'failed' && fatal.has(result.reason)) throw new StoppedSearch(result.detail);
    // Nothing can be compared without the dense model: it stays in the queue, for the next start.
    if (result.state === 'failed' && trial.number === 0) {
      throw new StoppedSearch(`the dense model could not be measured: ${result.detail}`);
    }
    await store.queue.finish(trial.id, result, frontOf);
    await parts.finished(trial, result);
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
export class StoppedSearch extends Error {}

/** Reads what is new; trials of other processes on the same study too. Returns the latest sequence that is known. */
async function refresh({ store, study }: LoopParts, known: Map<number, Trial>, after: number): Promise<number> {
  const open = await store.trials.list(study.id, { states: ['waiting', 'running'] });
  const done = await store.trials.list(study.id, { states: ['complete', 'failed', 'pruned'], finishedAfter: after });
  for (const trial of [...open, ...done]) known.set(trial.number, trial);
  return done.reduce(
    (latest, trial) => Math.max(latest, 'finishedSequence' in trial ? trial.finishedSequence : 0),
    after,
  );
}

type NoTrial = 'trials' | 'time' | 'exhausted' | 'again';

/** A new trial from the strategy; the dense model is the first of a study and costs no budget. */
async function propose(
  parts: LoopParts,
  budget: LoopBudget,
  trials: readonly Trial[],
): Promise<RunningTrial | NoTrial> {
  const { store, study, space, strategy } = parts;
  if (trials.length === 0) {
    return (await store.queue.begin(study.id, newTrial(space, denseConfiguration(space), 'dense', null))) ?? 'again';
  }
  if (trials.filter(({ number }) => number > 0).length >= budget.trials) return 'trials';
  if (!budget.timeLeft()) return 'time';
  const rng = generatorAfter(trials, study.seed);
  const { history, pending } = historyOf(trials);
  const before = rng.state();
  const configuration = strategy.ask(history, pending, rng);
  if (!configuration) return 'exhausted';
  const trial = newTrial(space, configuration, strategy.name, { before, after: rng.state() });
  return (await store.queue.begin(study.id, trial)) ?? 'again';
}

/** Goes on where the proposal of the latest trial left the stream. */
function generatorAfter(trials: readonly Trial[], seed: number): Rng {
  const latest = trials.reduce<Trial | null>(
    (best, trial) => (trial.rngAfter && (!best || trial.number > best.number) ? trial : best),
    null,
  );
  return latest?.rngAfter ? resumedRng(latest.rngAfter) : seededRng(seed);
}

function newTrial(
  space: Space,
  configuration: Configuration,
  strategy: string,
  rng: { readonly before: readonly number[]; readonly after: readonly number[] } | null,
): NewTrial {
  return {
    configuration,
    assignment: assignmentOf(space, configuration),
    strategy,
    rngBefore: rng?.before ?? null,
    rngAfter: rng?.after ?? null,
    asked: null,
  };
}
