/** Which part of the plane the front is shown in at first, and how far one can go. */
import { roundAxis } from '../../src/report/chart/axis.ts';
import type { FrontReport } from '../../src/report/front/front.ts';
import type { Dots } from '../../src/serve/api/front.ts';
import type { FrontAxis, Placed } from './axes.ts';

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** Members that lose more do not set the frame: a front reaches down to chance, where nobody looks. */
const maxDrop = 0.15;

/** Holds the dense model and every member that loses at most 15 points, with their intervals. */
export function frameOf({ dense, points, confirmed }: FrontReport, axis: FrontAxis): Range {
  const shown = points.filter(({ drop }) => drop <= maxDrop);
  const placed: Placed[] = [dense, ...shown];
  if (confirmed) placed.push(...shown.map(({ search, macs, params }) => ({ ...search, macs, params })));
  return rounded(placed.flatMap(point => [axis.of(point), ...(axis.interval(point) ?? [])]));
}

/** Holds everything. */
export function wholeOf(report: FrontReport, all: readonly Dots[], axis: FrontAxis, frame: Range): Range {
  const values = [frame.min, frame.max, ...report.points.map(axis.of)];
  for (const dots of all) for (const i of dots.trial.keys()) values.push(axis.ofDot(dots, i, report.dense.latencyMs));
  return rounded(values);
}

function rounded(values: readonly number[]): Range {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values)
    if (Number.isFinite(value)) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  if (low > high) return { min: 0, max: 1 };
  const air = 0.04 * (high - low) || 0.02 * Math.abs(high) || 1;
  const { min, max } = roundAxis(low - air, high + air);
  return { min: low >= 0 ? Math.max(0, min) : min, max };
}
