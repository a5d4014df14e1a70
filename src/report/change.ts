/**
 * How much the accuracy changes against the dense model, for people. A change is signed: -1.60 pp is a loss. What follows `±` is half
 * the width of the 95 % interval, here and in every other text, table and chart.
 */
import { z95 } from '../stats/normal.ts';
import { formatPoints } from '../units/format.ts';

/** A change to the dense model that is judged by; a `drop` is a share and positive for a loss. */
export interface Changed {
  readonly drop: number;
  /** Of the 95 % interval of `drop`. */
  readonly halfWidth: number;
}

/**
 * Half the 95 % interval of a paired difference. Half an image is added to each of the four cells of the table of both networks (Agresti
 * and Min 2005), which adds 1 / (n + 2)^2 to the variance: that two networks agree on 40 images does not say that they agree on all.
 * The rest of the variance is left as it is, and not shrunk by n / (n + 2) as theirs is.
 *
 * @param graded whether images have grades and are not counted: then there is no such table
 */
export const halfWidthOf = (standardError: number, images: number, graded = false): number =>
  z95 * (graded ? standardError : Math.sqrt(standardError ** 2 + 1 / (images + 2) ** 2));

/** `-0.62 pp (95 % ± 0.61)` */
export const changeWords = ({ drop, halfWidth }: Changed): string =>
  halfWidth > 0 ? `${formatPoints(-drop)} (95 % ± ${points(halfWidth)})` : formatPoints(-drop);

/** `-0.62 ± 0.61`, for a table whose heading names the unit. */
export const changeCell = ({ drop, halfWidth }: Changed): string =>
  `${formatPoints(-drop).replace(' pp', '')} ± ${points(halfWidth)}`;

/** The end of the interval that nobody wants: `-1.23 pp`. */
export const worstWords = ({ drop, halfWidth }: Changed): string => formatPoints(-(drop + halfWidth));

/** `1.00 pp`, of a limit, which has no sign. */
export const limitWords = (share: number): string => `${points(share)} pp`;

const points = (share: number): string => (100 * share).toFixed(2);
