/** The front and the hypervolume of a study, by its objectives. */
import type { FrontOf, StoredPoint } from '../store/store.ts';
import { insertIntoFront } from '../tuner/pareto/front.ts';
import { hypervolume } from '../tuner/pareto/hypervolume.ts';
import { referencePoint } from './objectives.ts';

/** The non-dominated points, equal ones side by side, and the volume that they dominate. */
export function frontFor(names: readonly string[]): FrontOf {
  const reference = referencePoint(names);
  return points => {
    const members = points.reduce<readonly StoredPoint[]>(
      (front, point) => insertIntoFront(front, point, ({ values }) => values).front,
      [],
    );
    return {
      members: members.map(({ number }) => number),
      hypervolume: hypervolume(
        members.map(({ values }) => values),
        reference,
      ),
    };
  };
}
