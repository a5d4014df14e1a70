/** What a reader is told of a store whose numbers do not add up, and whom not to believe. */
import type { Phase } from '../../store/observation.ts';
import { type Disagreement, disagreementText } from './disagreement.ts';

/**
 * Trials with a figure that is not what was measured: one number was changed, and which of them it was, nobody can tell. Such a
 * trial has no figures.
 */
export const doubtful = (disagreements: readonly Disagreement[]): ReadonlySet<number> =>
  new Set(disagreements.flatMap(({ trial, phase }) => (trial === null || phase === null ? [] : [trial])));

export const doubtsOf = (disagreements: readonly Disagreement[], trial: number, phase?: Phase): Disagreement[] =>
  disagreements.filter(each => each.trial === trial && (phase === undefined || each.phase === phase));

const shownAtMost = 3;

/** In a sentence or two; null where everything adds up. */
export function doubtsText(study: string, disagreements: readonly Disagreement[]): string | null {
  if (disagreements.length === 0) return null;
  const shown = disagreements.slice(0, shownAtMost).map(disagreementText).join('; ');
  const left = disagreements.length - shownAtMost;
  const more = left > 0 ? `; and ${left} more` : '';
  const out = [...doubtful(disagreements)].filter(number => number !== 0);
  const consequence = out.length === 0 ? '' : ` ${namesOf(out)} left out of fronts and picks.`;
  return `Study "${study}" does not add up: ${shown}${more}.${consequence} "rankfront verify" lists all of it; go back to an unchanged copy of the store.`;
}

const namesOf = (numbers: readonly number[]): string =>
  numbers.length === 1
    ? `Trial ${numbers[0]} is`
    : numbers.length <= 5
      ? `Trials ${numbers.slice(0, -1).join(', ')} and ${numbers.at(-1)} are`
      : `${numbers.length} trials are`;
