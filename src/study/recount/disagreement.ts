/** A stored number that is not what it was made from comes to. */
import type { Phase } from '../../store/observation.ts';
import { formatPercent } from '../../units/format.ts';

/** What is stored, in the words in which it is told. */
export type Figure =
  | 'latency ratio'
  | 'latency interval'
  | 'latency standard error'
  | 'milliseconds of the candidate'
  | 'milliseconds of the dense model'
  | 'median of the dense model'
  | 'latency samples'
  | 'energy'
  | 'quality'
  | 'accuracy'
  | 'accuracy interval'
  | 'accuracy standard error'
  | 'change of accuracy'
  | 'size ratio'
  | 'size interval'
  | 'size standard error'
  | 'bytes'
  | 'bytes of the dense model'
  | 'memory ratio'
  | 'memory interval'
  | 'memory standard error'
  | 'bytes of memory'
  | 'bytes of memory of the dense model'
  | 'memory samples'
  | 'images'
  | 'answers'
  | 'observations'
  | 'objective values'
  | 'standard errors of the objectives'
  | 'feasibility'
  | 'front'
  | 'hypervolume'
  | 'MACs'
  | 'parameters'
  | 'configuration'
  | 'search space'
  | 'hardware profile'
  | 'trained accuracy'
  | 'accuracy before training'
  | 'accuracy of the dense model'
  | 'trained network';

export interface Disagreement {
  /** Null where it concerns the study as a whole. */
  readonly trial: number | null;
  /** Null where it belongs to neither. */
  readonly phase: Phase | null;
  readonly figure: Figure;
  readonly stored: number | string;
  /** What it should be, by what it follows from. */
  readonly recounted: number | string;
}

/** What is wrong, before it is said of whom. */
export type Difference = Pick<Disagreement, 'figure' | 'stored' | 'recounted'>;

/** Samples are kept as 32-bit floats: what is recounted from them differs from what was stored by less than this share. */
export const rounding = 1e-6;

export const close = (a: number, b: number, tolerance = rounding): boolean =>
  a === b || Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b));

/** Nothing where both are the same but for rounding. */
export const compared = (figure: Figure, stored: number, recounted: number, tolerance = rounding): Difference[] =>
  close(stored, recounted, tolerance) ? [] : [{ figure, stored, recounted }];

/** The same of several numbers that are one figure, each within `allowed` of the other. */
export const comparedLists = (
  figure: Figure,
  stored: readonly number[],
  recounted: readonly number[],
  allowed: (value: number) => number = value => rounding * Math.abs(value),
): Difference[] =>
  stored.length === recounted.length &&
  recounted.every((value, i) => Math.abs((stored[i] ?? Number.NaN) - value) <= allowed(value))
    ? []
    : [{ figure, stored: listed(stored), recounted: listed(recounted) }];

const listed = (values: readonly number[]): string => `[${values.map(shortened).join(', ')}]`;

/** Whole numbers are counted: one more byte is told. */
const shortened = (value: number): string => String(Number.isInteger(value) ? value : Number(value.toPrecision(6)));

const shares: ReadonlySet<Figure> = new Set([
  'accuracy',
  'trained accuracy',
  'accuracy before training',
  'accuracy of the dense model',
]);

/** `trial 12, confirm phase: the accuracy is stored as 91.70 % and comes to 88.45 %`. */
export function disagreementText({ trial, phase, figure, stored, recounted }: Disagreement): string {
  const shown = (value: number | string): string =>
    typeof value === 'string' ? value : shares.has(figure) ? formatPercent(value, 2) : shortened(value);
  const whose = trial === null ? 'the study' : `trial ${trial}`;
  const when = phase === null ? '' : `, ${phase} phase`;
  return `${whose}${when}: ${figure} stored as ${shown(stored)}, recounted as ${shown(recounted)}`;
}
