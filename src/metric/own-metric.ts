/** A metric that a user brings as a module, and what its figures come to image by image. */
import { seededRng } from '../random/rng.ts';
import { type Metric, qualityOf } from './metric.ts';

/** An output of the network for one image, without the batch dimension. */
export interface MetricOutput {
  readonly data: ArrayLike<number | bigint>;
  readonly dims: readonly number[];
}

/** What a metric is told of one image. */
export interface MetricImage {
  /** By the names of the network. */
  readonly outputs: Readonly<Record<string, MetricOutput>>;
  /** The class of the image; null where the data has no labels. */
  readonly label: number | null;
  /** As the data names it: a file relative to its folder, or `file.npz#17`. */
  readonly name: string;
}

/**
 * The default export of a metric module. Without `whole` the figure is the mean of what `image` gives, which must be numbers. With it, `image` gives
 * whatever `whole` needs, and that makes one figure of all images.
 */
export interface OwnMetric<Part = number> {
  /** As tables call it, such as `IoU`. */
  readonly label: string;
  /** `%` for a share from 0 to 1; by default. */
  readonly unit?: string;
  /** The best figure, and that of a network of no use: 1 and 0 by default. Lower is better where the best is below the worst. */
  readonly best?: number;
  readonly worst?: number;
  image(image: MetricImage): Part | Promise<Part>;
  whole?(parts: readonly Part[]): number;
}

/** Null, or what is wrong with what a module exports. */
export function metricFault(given: unknown): string | null {
  if (typeof given !== 'object' || given === null) return 'it has no default export that is an object';
  const { label, unit = '%', best = 1, worst = 0, image, whole } = given as Record<string, unknown>;
  if (typeof label !== 'string' || label.trim() === '' || /[[\]\n]/.test(label))
    return 'it says no label, such as "IoU"';
  if (typeof unit !== 'string' || /[[\],\n]/.test(unit)) return 'its unit is no text';
  if (typeof image !== 'function') return 'it has no function "image"';
  if (whole !== undefined && typeof whole !== 'function') return 'its "whole" is no function';
  if (!Number.isFinite(best) || !Number.isFinite(worst) || best === worst)
    return 'its "best" and "worst" are no two different numbers';
  return null;
}

export const factsOf = ({ label, unit = '%', best = 1, worst = 0 }: OwnMetric<unknown>): Metric => ({
  label,
  unit,
  best,
  worst,
  counts: false,
});

const resamples = 200;

/**
 * One grade per image for a figure of all together. Their mean is the quality q of that figure, and their standard error is bootstrapped: images are
 * drawn again, the same ones for every network, so that changes can be paired.
 *
 * Notation: q_i the quality without image i, n images. Leaving images out says how much each matters, a_i = (n - 1)(mean(q_.) - q_i); the bootstrap
 * says how far q varies, s. The grades are q + c a_i, with c so that sd / sqrt(n) = s.
 *
 * @param whole the quality of some of the images, by their places
 */
export function gradesOfWhole(count: number, whole: (places: readonly number[]) => number): number[] {
  const all = Array.from({ length: count }, (_, i) => i);
  const quality = whole(all);
  if (count < 3) return all.map(() => quality);
  const without = all.map(i => whole(all.filter(each => each !== i)));
  const centre = mean(without);
  const influence = without.map(each => (count - 1) * (centre - each));
  const rng = seededRng(count);
  const drawn = Array.from({ length: resamples }, () => whole(all.map(() => rng.integer(count))));
  const jackknife = deviation(influence) / Math.sqrt(count);
  const scale = jackknife > 0 ? deviation(drawn) / jackknife : 0;
  return influence.map(each => quality + scale * each);
}

export const qualityOfFigure = (metric: Metric, figure: unknown): number =>
  typeof figure === 'number' ? qualityOf(metric, figure) : Number.NaN;

const mean = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0) / values.length;

const deviation = (values: readonly number[]): number => {
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, each) => sum + (each - centre) ** 2, 0) / (values.length - 1));
};
