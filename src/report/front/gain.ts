/** What a search has come to, within a drop of accuracy: the one judgement that headlines, picks, lists and programs are told. */
import { effectiveFront } from './effective-front.ts';
import type { FrontPoint, FrontReport } from './front.ts';
import { fasterBeyondNoise, within } from './judge.ts';
import { toldWithin } from './judged.ts';

export type Gain =
  /** The fastest point that is known to keep within the drop, with a speed-up above 1 beyond noise; a confirmed one, if there is any. */
  | { readonly kind: 'gained'; readonly point: FrontPoint }
  /** The images cannot tell whether anything faster keeps within the drop; `point` may. */
  | { readonly kind: 'cannot-tell'; readonly point: FrontPoint }
  /** The drop is kept, but no interval lies above 1; `point` comes nearest. */
  | { readonly kind: 'within-noise'; readonly point: FrontPoint }
  /** Every trial on the front loses more; `point` loses least. */
  | { readonly kind: 'too-costly'; readonly point: FrontPoint }
  /** All trials on the front were timed while other work slowed the machine; `point` is the fastest of them, if it is. */
  | { readonly kind: 'disturbed'; readonly point: FrontPoint }
  /** The front is the dense model alone. */
  | { readonly kind: 'dense-alone' }
  /** So it is, and no other trial has run yet. */
  | { readonly kind: 'untried' };

/** Among points; whether any has run is not theirs to tell. */
export type GainAmong = Exclude<Gain, { readonly kind: 'untried' }>;

/** A share: one point of accuracy. */
export const headlineDrop = 0.01;

/** By confirmed figures where there are any; `point.confirmed` says whose they are. `maxDrop` is a share: 0.01 is one point. */
export function gainOf(report: FrontReport, maxDrop = headlineDrop): Gain {
  if (!report.tried) return { kind: 'untried' };
  const gain = gainAmong(effectiveFront(report), maxDrop);
  const [fastest] = effectiveFront(report, true).filter(({ trial }) => trial !== 0);
  return gain.kind === 'dense-alone' && fastest ? { kind: 'disturbed', point: fastest } : gain;
}

/**
 * @param points the fastest first
 * @param confirmedFirst whether a confirmed one goes before faster ones that are not
 */
export function gainAmong(points: readonly FrontPoint[], maxDrop: number, confirmedFirst = true): GainAmong {
  const trials = points.filter(({ trial }) => trial !== 0);
  const told = (wanted: ReturnType<typeof toldWithin>): FrontPoint[] =>
    trials.filter(({ judged }) => toldWithin(judged, maxDrop) === wanted);
  const known = told('within').filter(fasterBeyondNoise);
  const gained = known.find(({ confirmed }) => confirmed && confirmedFirst) ?? known[0];
  if (gained) return { kind: 'gained', point: gained };
  const open = leastFirst(told('unknown').filter(fasterBeyondNoise));
  const [hoped = open[0]] = told('unknown').filter(
    point => fasterBeyondNoise(point) && within(point.judged.drop, maxDrop),
  );
  if (hoped) return { kind: 'cannot-tell', point: hoped };
  const [nearest] = told('within').sort((a, b) => b.speedupCi[0] - a.speedupCi[0]);
  if (nearest) return { kind: 'within-noise', point: nearest };
  const [cheapest] = leastFirst(trials);
  return cheapest ? { kind: 'too-costly', point: cheapest } : { kind: 'dense-alone' };
}

/** What to run, as the headline and a pick without a limit say: a trial that is known to be worth it, or else the dense model (0). */
export const recommended = (gain: Gain): number => (gain.kind === 'gained' ? gain.point.trial : 0);

const leastFirst = (points: readonly FrontPoint[]): FrontPoint[] =>
  [...points].sort((a, b) => a.judged.drop - b.judged.drop);
