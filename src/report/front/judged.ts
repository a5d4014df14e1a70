/** What is known of the accuracy of a trial, from the images of both phases. */

import { z95 } from '../../stats/normal.ts';
import { type Losses, pooledLoss } from '../../stats/two-phases.ts';
import { type Changed, halfWidthOf } from '../change.ts';
import type { Judged, TrialInput } from './front.ts';
import { within } from './judge.ts';

/** Of every trial; those that were not confirmed are judged by the search, which flatters them. */
export function judgedChanges(
  trials: readonly TrialInput[],
  images: { readonly search: number; readonly confirm: number },
): ReadonlyMap<number, Judged> {
  const measured = trials.flatMap(({ trial, search, confirm }) =>
    search.losses && confirm?.losses ? [{ trial, search: search.losses, confirm: confirm.losses }] : [],
  );
  return new Map(trials.map(each => [each.trial, judgedOf(each, images, measured)]));
}

function judgedOf(
  { trial, search, confirm, refined }: TrialInput,
  images: { readonly search: number; readonly confirm: number },
  measured: readonly (Losses & { readonly trial: number })[],
): Judged {
  // The images of the search are of another candidate.
  if (refined) {
    const half = halfWidthOf(refined.dropStandardError, images.confirm, refined.graded);
    const spread = (half / z95) * Math.sqrt(images.confirm);
    return {
      drop: refined.drop,
      halfWidth: half,
      images: images.confirm,
      deviation: spread,
      by: 'refined',
      contradicted: false,
    };
  }
  const { drop, dropStandardError, graded } = confirm ?? search;
  const ofPhase = confirm ? images.confirm : images.search;
  const ownHalf = halfWidthOf(dropStandardError, ofPhase, graded);
  const deviation = (ownHalf / z95) * Math.sqrt(ofPhase);
  const own = measured.find(each => each.trial === trial);
  if (!own) {
    const by = confirm ? 'confirm' : 'search';
    return { drop, halfWidth: ownHalf, images: ofPhase, deviation, by, contradicted: false };
  }
  const found = pooledLoss(
    own,
    measured.filter(each => each.trial !== trial),
  );
  return {
    drop: found.drop,
    halfWidth: halfWidthOf(found.standardError, images.confirm, graded),
    images: found.pooled ? images.search + images.confirm : images.confirm,
    deviation,
    by: found.pooled ? 'both' : 'confirm',
    contradicted: found.contradicted,
  };
}

/** Whether a drop keeps within a limit; `unknown` where the images cannot tell. */
type Told = 'within' | 'beyond' | 'unknown';

/**
 * A drop is known where the half-width of its interval is at most the limit; else only that it lies beyond, if its whole interval does.
 * Without a limit (0) nothing but the dense model is within.
 */
export function toldWithin({ drop, halfWidth }: Changed, limit: number): Told {
  if (within(halfWidth, limit)) return within(drop, limit) ? 'within' : 'beyond';
  return within(drop - halfWidth, limit) ? 'unknown' : 'beyond';
}

/**
 * So many images that chose nothing would bring the half-width down to the limit: z95 sd / sqrt(n) <= limit, with sd the paired
 * deviation of one image. Infinity for a limit of 0.
 */
export const imagesToTell = ({ deviation }: Judged, limit: number): number =>
  Math.ceil(((z95 * deviation) / limit) ** 2);
