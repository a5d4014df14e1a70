/** How long the next measurement waits for a quiet machine. */
import type { Quality } from '../../stats/quality.ts';

export interface QuietPatience {
  readonly waitMs: () => number;
  /** Told how each measurement came out. */
  readonly tell: (quality: Quality) => void;
}

/** Of the time that is left: on a machine that is never quiet, a run has disturbed measurements, and not none. */
export const waitShare = 0.25;

/** Where one has waited in vain, the next would as well: they look for a short quiet time only, until there was one. */
const shareAfterFailure = 0.1;

/**
 * @param leftMs what is left of the time of the run, without bound where it has none
 * @param share of `waitMs` for whoever comes after one that waited in vain
 */
export function patienceOf(
  waitMs: number,
  leftMs: () => number = () => Number.POSITIVE_INFINITY,
  share = shareAfterFailure,
): QuietPatience {
  let inVain = false;
  return {
    waitMs: () => Math.max(0, Math.min(leftMs(), inVain ? share * waitMs : waitMs)),
    tell: quality => {
      inVain = quality === 'disturbed';
    },
  };
}
