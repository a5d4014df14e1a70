/** What a study minimises, and the front and hypervolume that follow. */
import type { FrontPoint, FrontState } from '../../store/store.ts';
import { insertIntoFront } from '../../tuner/pareto/front.ts';
import { hypervolume } from '../../tuner/pareto/hypervolume.ts';

/**
 * The point that the hypervolume is taken against: a tenth slower than dense and no image right. It is the same for every
 * study, so that volumes of studies on the same network can be compared.
 */
export const referencePoint: readonly [latencyRatio: number, error: number] = [1.1, 1];

/** The values of a trial in the order of a study's objectives; the sign of accuracy turns here and nowhere else. */
export const objectiveValues = (latencyRatio: number, accuracy: number): [number, number] => [
  latencyRatio,
  1 - accuracy,
];

/** The same with another latency. */
export const withLatency = (
  { values, standardErrors }: { readonly values: readonly number[]; readonly standardErrors: readonly number[] },
  latency: { readonly value: number; readonly standardError: number },
): { readonly values: readonly number[]; readonly standardErrors: readonly number[] } => ({
  values: [latency.value, ...values.slice(1)],
  standardErrors: [latency.standardError, ...standardErrors.slice(1)],
});

/** Share of images that are not counted as right. */
export const errorOf = (values: readonly number[]): number => values[1] ?? Number.NaN;

/** The non-dominated points, equal ones side by side, and the volume that they dominate. */
export function frontOf(points: readonly FrontPoint[]): FrontState {
  const members = points.reduce<readonly FrontPoint[]>(
    (front, point) => insertIntoFront(front, point, ({ values }) => values).front,
    [],
  );
  return {
    members: members.map(({ number }) => number),
    hypervolume: hypervolume(
      members.map(({ values }) => values),
      referencePoint,
    ),
  };
}
