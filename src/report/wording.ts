/** Points of a front in words; signs turn here: a drop of 0.01 is a loss of 1 point. */

import { z95 } from '../stats/normal.ts';
import { formatMs, formatSpeedup } from '../units/format.ts';
import type { Figures, FrontPoint } from './front-report.ts';

/** With whose figures are told of it: `trial 12 (confirmed)`, `trial 12 (not confirmed)`. */
export const nameOf = ({ trial, confirmed }: FrontPoint): string =>
  trial === 0 ? 'the dense model' : `trial ${trial} (${confirmed ? 'confirmed' : 'not confirmed'})`;

/** `1.28x [1.26, 1.30]` */
export const speedupWords = ({ speedup, speedupCi: [low, high] }: Figures): string =>
  `${formatSpeedup(speedup)} [${low.toFixed(2)}, ${high.toFixed(2)}]`;

/** `0.62 points`, without a sign: whether it is lost or gained is for the sentence. */
export const pointsWords = (share: number): string => {
  const points = Math.abs(100 * share).toFixed(2);
  return `${points} ${points === '1.00' ? 'point' : 'points'}`;
};

/** `for a drop of 0.62 points (± 0.31)`, and whether noise alone would do the same. */
export function dropWords({ drop, dropStandardError }: Figures): string {
  const half = z95 * dropStandardError;
  const change = drop > 0 ? `a drop of ${pointsWords(drop)}` : drop < 0 ? `a gain of ${pointsWords(drop)}` : 'no drop';
  const interval = ` (95 % ± ${(100 * half).toFixed(2)}${Math.abs(drop) <= half && drop !== 0 ? ', within noise' : ''})`;
  return dropStandardError > 0 ? change + interval : change;
}

/** `1.28x [1.26, 1.30] at 6.13 ms, with a drop of 0.62 points (95 % ± 0.61)` */
export const figuresWords = (figures: Figures): string =>
  `${speedupWords(figures)} at ${formatMs(figures.latencyMs)}, with ${dropWords(figures)}`;

/** Said of a trial that fits by what the search saw and not by what confirming it saw. */
export const flatteredSentence = ({ trial, search, confirm }: FrontPoint): string =>
  confirm
    ? `Trial ${trial} fits by its search figures alone (${figuresWords(search)}) and not by its confirmed ones (${figuresWords(confirm)}): pick within a wider limit, or search on with more --trials.`
    : '';
