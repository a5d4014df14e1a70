/** What an engineer reads first: two to four plain sentences about a front. */
import { formatMs } from '../units/format.ts';
import type { FrontPoint, FrontReport } from './front-report.ts';
import { effectiveFront, fasterBeyondNoise, kneeOf, lossless, within } from './judge.ts';
import { dropWords, figuresWords, nameOf, pointsWords, speedupWords } from './wording.ts';

/** What a search has come to, within `maxDrop`. */
export type Gain =
  /** The fastest point within the drop whose speed-up is above 1 beyond noise. */
  | { readonly kind: 'gained'; readonly point: FrontPoint }
  /** The drop is kept, but no interval lies above 1; `point` comes nearest. */
  | { readonly kind: 'within-noise'; readonly point: FrontPoint }
  /** Every trial on the front loses more; `point` loses least. */
  | { readonly kind: 'too-costly'; readonly point: FrontPoint }
  /** The front is the dense model alone. */
  | { readonly kind: 'dense-alone' };

/** A speed-up below this is said to be little. */
const littleGain = 1.05;

/** `maxDrop` is a share: 0.01 is one point of accuracy. */
export function gainOf(report: FrontReport, maxDrop = 0.01): Gain {
  const trials = report.points.filter(({ trial }) => trial !== 0);
  const acceptable = trials.filter(point => within(point.drop, maxDrop));
  const [gained] = acceptable.filter(fasterBeyondNoise); // sorted by latency: the first is the fastest
  if (gained) return { kind: 'gained', point: gained };
  const [nearest] = [...acceptable].sort((a, b) => b.speedupCi[0] - a.speedupCi[0]);
  if (nearest) return { kind: 'within-noise', point: nearest };
  const [cheapest] = [...trials].sort((a, b) => a.drop - b.drop);
  return cheapest ? { kind: 'too-costly', point: cheapest } : { kind: 'dense-alone' };
}

export function headline(report: FrontReport, maxDrop = 0.01): string[] {
  const knee = kneeOf(report.points);
  const gain = gainOf(report, maxDrop);
  const kneeSays =
    knee && knee.trial !== 0 && fasterBeyondNoise(knee) && !(gain.kind === 'gained' && gain.point.trial === knee.trial);
  return [
    gainSentence(gain, report, maxDrop),
    ...losslessSentence(report, gain),
    ...(kneeSays ? [`The knee of the front is ${nameOf(knee)}: ${figuresWords(knee)}.`] : []),
    phaseSentence(report),
    limitsSentence(report, gain),
  ].filter(sentence => sentence !== '');
}

function gainSentence(gain: Gain, { dense, limits }: FrontReport, maxDrop: number): string {
  const denseIs = `the dense model (${formatMs(dense.latencyMs)})`;
  switch (gain.kind) {
    case 'gained':
      return `Fastest within ${pointsWords(maxDrop)} of accuracy: ${nameOf(gain.point)}, ${formatMs(gain.point.latencyMs)} against ${formatMs(dense.latencyMs)} dense, ${speedupWords(gain.point)}, with ${dropWords(gain.point)}.${gain.point.speedup < littleGain ? ' Little is gained: the dense model may be the better choice.' : ''}`;
    case 'within-noise':
      return `Nothing within ${pointsWords(maxDrop)} of accuracy is faster than ${denseIs} beyond noise: ${nameOf(gain.point)} comes nearest with ${speedupWords(gain.point)}, an interval that does not lie above 1. Keep the dense model.`;
    case 'too-costly':
      return `No trial on the front keeps within ${pointsWords(maxDrop)} of ${denseIs}: ${nameOf(gain.point)} comes nearest, ${figuresWords(gain.point)}.`;
    case 'dense-alone':
      if (limits)
        return `No trial within the limits (${limits}) beats ${denseIs}. Search within others, or lift them by --max-drop none.`;
      return `Nothing beats ${denseIs}: it is alone on the front. Keep the dense model.`;
    default:
      return gain satisfies never;
  }
}

/** The fastest point whose drop cannot be told from none, unless it is already the headline. */
function losslessSentence({ points }: FrontReport, gain: Gain): string[] {
  const [point] = points.filter(each => each.trial !== 0 && fasterBeyondNoise(each) && lossless(each));
  if (!point || (gain.kind === 'gained' && gain.point.trial === point.trial)) return [];
  return [`Without a drop beyond noise: ${nameOf(point)}, ${figuresWords(point)}.`];
}

const limitsSentence = ({ limits }: FrontReport, { kind }: Gain): string =>
  limits && kind !== 'dense-alone' ? `Trials beyond the limits of the study (${limits}) are left out.` : '';

function phaseSentence(report: FrontReport): string {
  const images = `${report.images} images`;
  const trials = report.points.length - 1 + report.dominated.length;
  if (report.confirmed) {
    const left = report.dominated.length;
    const fate = left === 0 ? 'none left the front' : `${left} of ${trials} left the front`;
    return trials === 0
      ? 'No trial has been confirmed yet.'
      : `Confirmed on ${images} that the search never saw and in a longer latency run; ${fate}.`;
  }
  const confirmed = effectiveFront(report).some(point => point.trial !== 0 && point.confirmed);
  if (trials === 0) return '';
  return `These are search-time figures on ${images}, and the best of many noisy values flatters itself: ${
    confirmed ? 'the confirmed figures stand beside them' : 'confirm the front before relying on them'
  }.`;
}
