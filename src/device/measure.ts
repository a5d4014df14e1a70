/**
 * The loop of a measurement, written once: sessions until the ratio is known well enough, waiting where the machine is busy.
 * What a session is, how time passes and what a look at the machine tells are arguments, so that a test needs none of them.
 */
import { type Attempt, complete, failed } from '../errors/failure.ts';
import { type LatencyStatistic, leastPairsFor } from '../stats/latency-statistic.ts';
import type { Cause } from './conditions.ts';
import type { LatencyBudget } from './device.ts';
import type { Pairs, SessionPlan } from './sampling.ts';
import { type LatencyFigures, latencyFigures } from './summary.ts';

/** One session, and what was in its way; no cause for a good one. */
export interface TimedSession extends Pairs {
  readonly causes: readonly Cause[];
  /** Where the models were timed in blocks, one after the other. All sessions of a measurement tell it, or none. */
  readonly candidateFirst?: boolean;
  /** Calls of each model that the samples stand for, where there are fewer samples than calls. */
  readonly calls?: number;
}

export interface MeasureParts {
  /** Makes both models ready, samples and lets go of them. */
  readonly session: (plan: Pick<SessionPlan, 'lastMs' | 'leastPairs' | 'seed'>) => Promise<Attempt<TimedSession>>;
  /** What is in the way now; nothing when the machine is quiet. */
  readonly look: () => Promise<readonly Cause[]>;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Told once when waiting begins, and again every few minutes. */
  readonly waiting: (causes: readonly Cause[], leftMs: number) => void;
  readonly aborted: () => boolean;
}

export interface MeasuredSessions extends Omit<LatencyFigures, 'sampling'>, Pairs {
  readonly sessionPairs: readonly number[];
  readonly candidateFirst?: readonly boolean[];
  readonly pairsLeftOut: number;
  readonly waitedMs: number;
  readonly quality: 'good' | 'disturbed';
  readonly causes: readonly Cause[];
  readonly endedBy: 'interval' | 'time';
}

/** Sessions of a good measurement, unless the budget says otherwise. */
const usualSessions = 5;
/** Fewer say too little, however long one waits. */
const leastSessions = 3;
/** The counters tell little about a shorter time, and a longer one says hardly more about its session. */
const sessionMs = { least: 200, most: 600 };
const leastPairs = 3;
/** Waiting is looked up from after this long, then ever less often. */
const firstPauseMs = 500;
const pauseGrowth = 1.5;
const longestPauseMs = 15_000;
const toldAgainMs = 300_000;
/** A shorter wait than this is over before it is read, and comes with every trial of a busy night. */
const toldFromMs = 15_000;
/** Of sessions that were disturbed, so many are kept, in case there is nothing better. */
const spoiltKept = 5;

/** Fails as soon as a session does. */
export async function measureSessions(parts: MeasureParts, budget: LatencyBudget): Promise<Attempt<MeasuredSessions>> {
  const { now } = parts;
  const wanted = Math.max(1, budget.sessions ?? usualSessions);
  const least = Math.min(wanted, leastSessions);
  const { statistic = 'median' } = budget;
  const demanded = leastPairsFor(statistic);
  const plan = {
    lastMs: Math.min(sessionMs.most, Math.max(sessionMs.least, budget.maxMs / wanted)),
    leastPairs: Math.max(leastPairs, Math.ceil(Math.max(budget.minPairs, demanded) / wanted)),
  };
  const good: TimedSession[] = [];
  const spoilt: TimedSession[] = [];
  const patience = patienceOf(parts, budget.waitMs ?? 0);
  let leftOut = 0;
  let sampledMs = 0;
  for (let number = 0; ; number++) {
    const beganMs = now();
    const answer = await parts.session({ ...plan, seed: budget.seed + 7919 * number });
    if (answer.state === 'failed') return answer;
    const session = answer.value;
    if (session.causes.length === 0) {
      patience.relax();
      good.push(session);
      sampledMs += sampleTime(session);
      const figures = figuresOf(good, 'good', statistic);
      const enough = callsOf(good) >= demanded;
      const known = good.length >= wanted && callsOf(good) >= budget.minPairs && enough;
      if (known && figures.sampling <= budget.halfWidth) return complete(measured(good, 'good', 'interval'));
      if (good.length >= least && sampledMs >= budget.maxMs && enough) return complete(measured(good, 'good', 'time'));
      continue;
    }
    leftOut += session.candidateSamplesMs.length;
    spoilt.push(session);
    if (spoilt.length > spoiltKept) spoilt.shift();
    const quiet = await patience.quiet(session.causes, now() - beganMs);
    if (parts.aborted()) return failed('interrupted', 'the device was closed');
    if (quiet) continue;
    if (good.length >= least && callsOf(good) >= demanded) return complete(measured(good, 'good', 'time'));
    if (good.length + spoilt.length >= least) return complete(measured([...good, ...spoilt], 'disturbed', 'time'));
  }

  function measured(
    sessions: readonly TimedSession[],
    quality: MeasuredSessions['quality'],
    endedBy: MeasuredSessions['endedBy'],
  ): MeasuredSessions {
    const { sampling: _sampling, ...figures } = figuresOf(sessions, quality, statistic);
    const used = quality === 'good' ? 0 : pairsOf(spoilt);
    return {
      ...figures,
      ...joined(sessions),
      sessionPairs: sessions.map(({ candidateSamplesMs }) => candidateSamplesMs.length),
      ...ordersOf(sessions),
      pairsLeftOut: leftOut - used,
      waitedMs: patience.waitedMs(),
      quality,
      causes: quality === 'good' ? [] : (spoilt.at(-1)?.causes ?? []),
      endedBy,
    };
  }
}

/** Waits with ever longer pauses, up to `waitMs` in all; sessions that were spoilt count as waiting. */
function patienceOf({ look, now, sleep, waiting, aborted }: MeasureParts, waitMs: number) {
  let usedMs = 0;
  let pauseMs = firstPauseMs;
  let toldAtMs = Number.NEGATIVE_INFINITY;
  return {
    waitedMs: (): number => usedMs,
    /** Things went well: the next pauses are short again. */
    relax: (): void => {
      pauseMs = firstPauseMs;
    },
    /** Whether a session is worth a try; false once the time for waiting is used up. */
    quiet: async (causes: readonly Cause[], spentMs: number): Promise<boolean> => {
      usedMs += spentMs;
      if (causes.some(({ kind }) => kind === 'few-cores')) return false;
      for (;;) {
        if (usedMs >= waitMs || aborted()) return false;
        const beganMs = now();
        const seen = await look();
        if (seen.length > 0 && waitMs >= toldFromMs && now() - toldAtMs >= toldAgainMs) {
          waiting(seen, waitMs - usedMs);
          toldAtMs = now();
        }
        await sleep(Math.min(pauseMs, waitMs - usedMs));
        pauseMs = Math.min(longestPauseMs, pauseMs * pauseGrowth);
        usedMs += now() - beganMs;
        if (seen.length === 0) return !aborted();
      }
    },
  };
}

const pairsOf = (sessions: readonly TimedSession[]): number =>
  sessions.reduce((sum, { candidateSamplesMs }) => sum + candidateSamplesMs.length, 0);

const callsIn = ({ calls, candidateSamplesMs }: TimedSession): number => calls ?? candidateSamplesMs.length;

const callsOf = (sessions: readonly TimedSession[]): number => sessions.reduce((sum, each) => sum + callsIn(each), 0);

const sampleTime = (session: TimedSession): number => {
  const { candidateSamplesMs, referenceSamplesMs } = session;
  const sum = [...candidateSamplesMs, ...referenceSamplesMs].reduce((total, ms) => total + ms, 0);
  return (sum * callsIn(session)) / candidateSamplesMs.length;
};

const joined = (sessions: readonly TimedSession[]): Pairs => ({
  candidateSamplesMs: sessions.flatMap(session => session.candidateSamplesMs),
  referenceSamplesMs: sessions.flatMap(session => session.referenceSamplesMs),
});

const ordersOf = (sessions: readonly TimedSession[]): { readonly candidateFirst?: readonly boolean[] } => {
  const orders = sessions.flatMap(({ candidateFirst }) => candidateFirst ?? []);
  return orders.length === sessions.length ? { candidateFirst: orders } : {};
};

const figuresOf = (
  sessions: readonly TimedSession[],
  quality: MeasuredSessions['quality'],
  statistic: LatencyStatistic,
): LatencyFigures =>
  latencyFigures(
    joined(sessions),
    sessions.map(({ candidateSamplesMs }) => candidateSamplesMs.length),
    quality,
    ordersOf(sessions).candidateFirst,
    statistic,
  );
