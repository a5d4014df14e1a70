/**
 * How probable it is that a configuration can be measured at all, from which trials failed and which did not.
 *
 * Notation: q_a = 1 where trial a was measured, 0 where it failed; k_a = M(r²_a / l²) its nearness, r² the mean squared distance of
 * places in the ladders, l = 0.2. A Beta belief with the weight of one trial, smoothed by nearness (a kernel Beta process:
 * Goetschalckx, Poupart and Hoey 2011): p(x) = (b + sum k_a q_a) / (1 + sum k_a), b the share of all trials that were measured.
 */
import { matern } from '../gp/matern.ts';
import type { Configuration, Outcome, Problem } from '../strategy.ts';

const reach = 0.2;
/** So that a configuration among failures is still told from one that is surer to fail. */
const least = 1e-6;

/** ln p; null where no trial ever failed. */
export function usability(
  { ladderLengths }: Problem,
  history: readonly Outcome[],
): ((configuration: Configuration) => number) | null {
  const failed = history.filter(({ state }) => state === 'failed').length;
  if (failed === 0) return null;
  const share = (history.length - failed + 1) / (history.length + 2);
  const spans = ladderLengths.map(length => Math.max(1, length - 1));
  return configuration => {
    let [measured, all] = [share, 1];
    for (const { configuration: other, state } of history) {
      let squares = 0;
      for (let i = 0; i < spans.length; i++) squares += ((configuration[i]! - other[i]!) / spans[i]!) ** 2;
      const near = matern(squares / spans.length / reach ** 2);
      all += near;
      if (state !== 'failed') measured += near;
    }
    return Math.log(Math.max(least, measured / all));
  };
}
