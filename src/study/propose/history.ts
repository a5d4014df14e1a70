/** What a strategy is told of the trials in a store. */
import { keepsTo } from '../../objectives/limits.ts';
import type { Asked, Trial } from '../../store/trial.ts';
import type { Configuration, Constraint, Outcome } from '../../tuner/strategy.ts';

interface Told {
  /** In the order in which they were finished. */
  readonly history: Outcome[];
  /** By number: under way, waiting, or finished too late to be told. */
  readonly pending: Configuration[];
}

/**
 * What is told for a proposal. It depends on the stored order of events alone. So the same is proposed whoever asks,
 * however long asking takes, and after whichever kill. Trial n is proposed while trial n - 1 is measured, from what was
 * finished when that one was started.
 *
 * @param trials all of the study up to some number, without gaps
 */
export function nextAsked(trials: readonly Trial[], setup: number): Asked {
  const known = trials.length;
  const last = trials.find(({ number }) => number === known - 1);
  // Trials from before this was kept were begun when all that is finished below them was.
  return { setup, after: last?.startedAfter ?? known - 1, known };
}

/** @param constraints by which a complete trial counts as feasible; they may have been others when it was measured */
export function toldFor(
  trials: readonly Trial[],
  { after, known }: Pick<Asked, 'after' | 'known'>,
  constraints: readonly Constraint[],
): Told {
  const finished: { readonly sequence: number; readonly outcome: Outcome }[] = [];
  const pending: { readonly number: number; readonly configuration: Configuration }[] = [];
  for (const trial of trials) {
    const outcome = outcomeOf(trial, constraints, after);
    if (outcome && 'finishedSequence' in trial && trial.finishedSequence <= after) {
      finished.push({ sequence: trial.finishedSequence, outcome });
    } else if (trial.number < known) pending.push(trial);
  }
  return {
    history: finished.sort((a, b) => a.sequence - b.sequence).map(({ outcome }) => outcome),
    pending: pending.sort((a, b) => a.number - b.number).map(({ configuration }) => configuration),
  };
}

/**
 * Null while it has none.
 *
 * @param after of a trial that was measured again later than this, the values that it had before
 */
function outcomeOf(trial: Trial, constraints: readonly Constraint[], after = Number.POSITIVE_INFINITY): Outcome | null {
  const { configuration } = trial;
  switch (trial.state) {
    case 'complete': {
      const { values, standardErrors } = trial.revisions.find(({ replacedAt }) => replacedAt > after) ?? trial;
      return { state: 'complete', configuration, values, standardErrors, feasible: keepsTo(constraints, values) };
    }
    case 'pruned':
      return { state: 'pruned', configuration, values: trial.values, standardErrors: trial.standardErrors };
    case 'failed':
      return { state: 'failed', configuration };
    case 'waiting':
    case 'running':
      return null;
    default:
      return trial satisfies never;
  }
}
