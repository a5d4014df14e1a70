/** The front of what was observed, all at once or one by one. */
import type { Outcome } from '../strategy.ts';
import { dominates, type Point } from './dominance.ts';

/** An outcome that counts for a front: complete, feasible, every value a finite number. */
export type Eligible = Extract<Outcome, { state: 'complete' }>;

export const isEligible = (outcome: Outcome): outcome is Eligible =>
  outcome.state === 'complete' && outcome.feasible && outcome.values.every(Number.isFinite);

/** The eligible outcomes that no other dominates, in their order; equals stay side by side. */
export function frontOf<T extends Outcome>(outcomes: readonly T[]): (T & Eligible)[] {
  const eligible = outcomes.filter((outcome): outcome is T & Eligible => isEligible(outcome));
  return eligible.filter(outcome => !eligible.some(other => dominates(other.values, outcome.values)));
}

/** A front and what entering it did. */
export interface Insertion<T> {
  readonly front: readonly T[];
  readonly entered: boolean;
  /** Members that the new one dominates, now gone. */
  readonly removed: readonly T[];
}

/** The front after one more point; `front` itself is left as it is. */
export function insertIntoFront<T>(front: readonly T[], item: T, pointOf: (item: T) => Point): Insertion<T> {
  const point = pointOf(item);
  if (!point.every(Number.isFinite) || front.some(each => dominates(pointOf(each), point))) {
    return { front, entered: false, removed: [] };
  }
  const removed = front.filter(each => dominates(point, pointOf(each)));
  const kept = removed.length === 0 ? front : front.filter(each => !removed.includes(each));
  return { front: [...kept, item], entered: true, removed };
}
