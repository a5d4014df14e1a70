/** Location and spread that a few wild values cannot move. */
import { medianAbsoluteDeviation as mad, median as medianOf, quantile as quantileOf } from 'simple-statistics';
import { requireNonEmpty } from './sample.ts';

/** The middle value, or the mean of the two middle ones. Throws a RangeError for an empty sample. */
export const median = (values: readonly number[]): number => medianOf(requireNonEmpty(values) as number[]);

/** The value below which a share `p` (0 to 1) of the sample lies. */
export const quantile = (values: readonly number[], p: number): number =>
  quantileOf(requireNonEmpty(values) as number[], p);

/** Median of |x - median(x)|, in the unit of the sample. */
export const medianAbsoluteDeviation = (values: readonly number[]): number => mad(requireNonEmpty(values) as number[]);

/** 1 / Phi^-1(3/4): makes the MAD of a normal sample estimate its standard deviation (Hampel 1974). */
const normalConsistency = 1.482602218505602;

/** Standard deviation estimated from the MAD, relative to the median; what ordinary noise does to one call. */
export const relativeSpread = (values: readonly number[]): number =>
  (normalConsistency * medianAbsoluteDeviation(values)) / median(values);
