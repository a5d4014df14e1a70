/** What a network got of each image: flags, 1 where it is right, or grades of any fineness. */
import { z95 } from './normal.ts';
import { binomialStandardError, shareOfOnes, wilsonInterval } from './proportion.ts';

/** One entry per image. A list of flags is counted, one of grades is averaged. */
export type Marks = Uint8Array | readonly number[];

export interface MarksEstimate {
  readonly value: number;
  readonly standardError: number;
  /** 95 %. */
  readonly interval: readonly [number, number];
}

export const areFlags = (marks: Marks): marks is Uint8Array => marks instanceof Uint8Array;

export const meanMark = (marks: Marks): number =>
  areFlags(marks) ? shareOfOnes(marks) : marks.reduce((sum, each) => sum + each, 0) / Math.max(1, marks.length);

/** Of flags the binomial error and Wilson's interval, of grades sd / sqrt(n) and what is normal. */
export function estimateOf(marks: Marks): MarksEstimate {
  const value = meanMark(marks);
  const n = marks.length;
  if (areFlags(marks))
    return { value, standardError: binomialStandardError(value, n), interval: wilsonInterval(value, n) };
  const squares = marks.reduce((sum, each) => sum + (each - value) ** 2, 0);
  const standardError = n > 1 ? Math.sqrt(squares / (n - 1) / n) : 0;
  return { value, standardError, interval: normalInterval(value, standardError) };
}

export const normalInterval = (value: number, standardError: number): [number, number] => [
  value - z95 * standardError,
  value + z95 * standardError,
];

/** The interval of a share that rests on so many images: Wilson's, or of grades the normal one. */
export const shareInterval = (
  value: number,
  standardError: number,
  images: number,
  graded: boolean,
): [number, number] => (graded ? normalInterval(value, standardError) : wilsonInterval(value, images));

/** The same images in the order of `places`; all of them where there is none. */
export function atPlaces(marks: Marks, places: Int32Array | undefined): Marks {
  if (!places) return marks;
  return areFlags(marks)
    ? Uint8Array.from(places, place => marks[place] ?? 0)
    : Array.from(places, place => marks[place] ?? 0);
}
