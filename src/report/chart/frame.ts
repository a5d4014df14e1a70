/** Which part of the plane a chart of a front shows. */

import { halfWidthOf } from '../change.ts';
import type { Figures, FrontPoint, FrontReport } from '../front/front.ts';
import { type Axis, roundAxis } from './axis.ts';

export interface Frame {
  readonly x: Axis;
  /** In per cent. */
  readonly y: Axis;
  /** Front members and dominated trials that lie outside. */
  readonly pointsOutside: number;
  readonly dominatedOutside: number;
}

export type HorizontalAxis = 'latency' | 'speedup';

/** Points that lose more than this do not set the frame: a front reaches down to chance, where nobody looks. */
const maxDrop = 0.15;

export const xOf = (figures: Figures, axis: HorizontalAxis): number =>
  axis === 'latency' ? figures.latencyMs : figures.speedup;

/** The 95 % interval of `xOf`. */
export function xInterval(figures: Figures, axis: HorizontalAxis): [number, number] {
  const { latencyMs, speedup, speedupCi } = figures;
  const denseMs = latencyMs * speedup;
  return axis === 'latency' ? [denseMs / speedupCi[1], denseMs / speedupCi[0]] : [speedupCi[0], speedupCi[1]];
}

/** In per cent. */
export const yOf = ({ accuracy }: Figures): number => 100 * accuracy;

/** The 95 % interval of the paired difference to the dense model, set around the accuracy. */
export function yInterval({ accuracy, drop, dropStandardError, images, graded }: Figures): [number, number] {
  // Only the dense model is compared with itself.
  const half = drop === 0 && dropStandardError === 0 ? 0 : halfWidthOf(dropStandardError, images, graded);
  return [100 * Math.max(0, accuracy - half), 100 * Math.min(1, accuracy + half)];
}

/** Holds the dense model and every front member that loses at most 15 points, with their intervals and, once confirmed, the search-time figures. */
export function frameOf({ dense, points, dominated, confirmed }: FrontReport, axis: HorizontalAxis): Frame {
  const shown = points.filter(({ drop }) => drop <= maxDrop);
  const figures: Figures[] = [dense, ...shown, ...(confirmed ? shown.map(({ search }) => search) : [])];
  const ys = figures.flatMap(yInterval);
  const xs = figures.flatMap(each => xInterval(each, axis));
  // What is slower than the dense model is a dominated trial: some of them, but they must not squeeze the front.
  const near = dominated.filter(each => yOf(each) >= Math.min(...ys) && each.latencyMs <= 1.1 * dense.latencyMs);
  xs.push(...near.map(each => xOf(each, axis)));
  const x = padded(xs, 0.02 * Math.abs(xOf(dense, axis)));
  const [low, high] = padded(ys, 0.3);
  const frame = { x: roundAxis(...x), y: roundAxis(Math.max(0, low), Math.min(100, high)) };
  const outside = (each: FrontPoint): boolean => !isInside(each, axis, frame);
  return {
    ...frame,
    pointsOutside: points.filter(outside).length,
    dominatedOutside: dominated.filter(outside).length,
  };
}

export function isInside(figures: Figures, axis: HorizontalAxis, { x, y }: Pick<Frame, 'x' | 'y'>): boolean {
  const [across, up] = [xOf(figures, axis), yOf(figures)];
  return across >= x.min && across <= x.max && up >= y.min && up <= y.max;
}

/** Range of `values` with 5 % of air, and `least` at the least, on either side. */
function padded(values: readonly number[], least: number): [number, number] {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const air = Math.max(0.05 * (high - low), least);
  return [low - air, high + air];
}
