/** What a search has come to, within a drop of accuracy: the one judgement that headlines, lists and programs are told. */
import { effectiveFront } from './effective-front.ts';
import type { FrontPoint, FrontReport } from './front-report.ts';
import { fasterBeyondNoise, within } from './judge.ts';

export type Gain =
  /** The fastest point within the drop whose speed-up is above 1 beyond noise. */
  | { readonly kind: 'gained'; readonly point: FrontPoint }
  /** The drop is kept, but no interval lies above 1; `point` comes nearest. */
  | { readonly kind: 'within-noise'; readonly point: FrontPoint }
  /** Every trial on the front loses more; `point` loses least. */
  | { readonly kind: 'too-costly'; readonly point: FrontPoint }
  /** The front is the dense model alone. */
  | { readonly kind: 'dense-alone' };

/** A share: one point of accuracy. */
export const headlineDrop = 0.01;

/** By confirmed figures where there are any; `point.confirmed` says whose they are. `maxDrop` is a share: 0.01 is one point. */
export const gainOf = (report: FrontReport, maxDrop = headlineDrop): Gain => gainAmong(effectiveFront(report), maxDrop);

/** @param points the fastest first */
export function gainAmong(points: readonly FrontPoint[], maxDrop: number): Gain {
  const trials = points.filter(({ trial }) => trial !== 0);
  const acceptable = trials.filter(point => within(point.drop, maxDrop));
  const [gained] = acceptable.filter(fasterBeyondNoise);
  if (gained) return { kind: 'gained', point: gained };
  const [nearest] = [...acceptable].sort((a, b) => b.speedupCi[0] - a.speedupCi[0]);
  if (nearest) return { kind: 'within-noise', point: nearest };
  const [cheapest] = [...trials].sort((a, b) => a.drop - b.drop);
  return cheapest ? { kind: 'too-costly', point: cheapest } : { kind: 'dense-alone' };
}
