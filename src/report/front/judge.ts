/** Judgements on points of a front that several pages share. */
import type { FrontPoint } from './front.ts';
import { kneeIndex } from './knee.ts';

/** The whole 95 % interval of the speed-up lies above 1. */
export const fasterBeyondNoise = ({ speedupCi: [low] }: FrontPoint): boolean => low > 1;

/** `drop <= limit`, with room for the rounding of a difference of two shares. */
export const within = (drop: number, limit: number): boolean => drop <= limit + 1e-9;

/** Points that lose more than this do not set the scale of the knee: how bad the worst one is, is an accident of the search. */
export const kneeMaxDrop = 0.1;

/**
 * The knee (see `kneeIndex`) of the points that lose at most `kneeMaxDrop`, with 1 / speed-up as cost and - drop as value:
 * both relative to the dense model, so that points of both phases can be compared. Null where there is none.
 */
export function kneeOf(points: readonly FrontPoint[]): FrontPoint | null {
  const useful = points.filter(({ judged }) => within(judged.drop, kneeMaxDrop));
  const index = kneeIndex(useful.map(({ speedup, judged }) => ({ cost: 1 / speedup, value: -judged.drop })));
  return index === null ? null : (useful[index] ?? null);
}
