/** What a tuner is told of the trials in a store. */
import type { Trial } from '../store/trial.ts';
import type { Configuration, Outcome } from '../tuner/strategy.ts';

/** The outcomes in the order in which they were finished, and the configurations that are under way or waiting. */
export function historyOf(trials: readonly Trial[]): {
  readonly history: Outcome[];
  readonly pending: Configuration[];
} {
  const finished: { readonly sequence: number; readonly outcome: Outcome }[] = [];
  const pending: Configuration[] = [];
  for (const trial of trials) {
    const { configuration } = trial;
    switch (trial.state) {
      case 'complete':
        finished.push({
          sequence: trial.finishedSequence,
          outcome: {
            state: 'complete',
            configuration,
            values: trial.values,
            standardErrors: trial.standardErrors,
            feasible: trial.feasible,
          },
        });
        break;
      case 'pruned':
        finished.push({
          sequence: trial.finishedSequence,
          outcome: { state: 'pruned', configuration, values: [], standardErrors: [] },
        });
        break;
      case 'failed':
        finished.push({ sequence: trial.finishedSequence, outcome: { state: 'failed', configuration } });
        break;
      case 'waiting':
      case 'running':
        pending.push(configuration);
        break;
      default:
        trial satisfies never;
    }
  }
  return { history: finished.sort((a, b) => a.sequence - b.sequence).map(({ outcome }) => outcome), pending };
}
