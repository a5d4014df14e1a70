/** The front as it would have been under other limits, or with other values. */
import type { FrontOf, StoredPoint } from './store.ts';

interface Judged {
  readonly number: number;
  readonly finishedSequence: number;
  readonly values: readonly number[];
  readonly feasible: boolean;
  readonly hypervolume: number;
}

/** @param complete the complete trials of a study; they come back in the order in which they were finished */
export function judgedAgain<T extends Judged>(
  complete: readonly T[],
  feasible: (trial: T) => boolean,
  frontOf: FrontOf,
): { readonly trials: readonly T[]; readonly members: readonly number[] } {
  let front: readonly StoredPoint[] = [];
  const inOrder = [...complete].sort((a, b) => a.finishedSequence - b.finishedSequence);
  const trials = inOrder.map(trial => {
    const { number, values } = trial;
    const allowed = feasible(trial);
    const points = allowed ? [...front, { number, values }] : front;
    const { members, hypervolume } = frontOf(points);
    front = points.filter(point => members.includes(point.number));
    return { ...trial, feasible: allowed, hypervolume };
  });
  return { trials, members: front.map(({ number }) => number) };
}
