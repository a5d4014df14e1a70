/** The front as it would have been under other limits, or with other values. */
import type { FrontOf, StoredPoint } from './store.ts';

interface Judged {
  readonly number: number;
  readonly finishedSequence: number;
  readonly values: readonly number[];
  readonly feasible: boolean;
  readonly hypervolume: number;
}

/**
 * What another trial beats changes neither front nor hypervolume, so that it costs one look at the members.
 *
 * @param complete the complete trials of a study; they come back in the order in which they were finished
 */
export function judgedAgain<T extends Judged>(
  complete: readonly T[],
  feasible: (trial: T) => boolean,
  frontOf: FrontOf,
): { readonly trials: readonly T[]; readonly members: readonly number[] } {
  let front: readonly StoredPoint[] = [];
  let volume: number | null = null;
  const inOrder = [...complete].sort((a, b) => a.finishedSequence - b.finishedSequence);
  const trials = inOrder.map(trial => {
    const { number, values } = trial;
    const allowed = feasible(trial);
    const enters = allowed && !front.some(member => isBeaten(values, member.values));
    if (enters || volume === null) {
      const points = enters ? [...front, { number, values }] : front;
      const { members, hypervolume } = frontOf(points);
      front = points.filter(point => members.includes(point.number));
      volume = hypervolume;
    }
    return { ...trial, feasible: allowed, hypervolume: volume };
  });
  return { trials, members: front.map(({ number }) => number) };
}

/** By values that are no worse anywhere and better somewhere; all are minimised. */
const isBeaten = (values: readonly number[], by: readonly number[]): boolean =>
  by.every((value, i) => value <= (values[i] ?? Number.NaN)) &&
  by.some((value, i) => value < (values[i] ?? Number.NaN));
