/** What an engineer reads first: two to four plain sentences about a front. */
import { formatMs } from '../units/format.ts';
import { effectiveFront, searchFront, sourceOf } from './effective-front.ts';
import { limitsText } from './event-text.ts';
import type { FrontPoint, FrontReport } from './front-report.ts';
import { type Gain, gainAmong, headlineDrop } from './gain.ts';
import { fasterBeyondNoise, kneeOf, lossless } from './judge.ts';
import { dropWords, figuresWords, flatteredSentence, nameOf, pointsWords, speedupWords } from './wording.ts';

/** A speed-up below this is said to be little. */
const littleGain = 1.05;

/** By confirmed figures where there are any, and each says whose it is. `maxDrop` is a share: 0.01 is one point of accuracy. */
export function headline(report: FrontReport, maxDrop = headlineDrop): string[] {
  const points = effectiveFront(report);
  const knee = kneeOf(points);
  const gain = gainAmong(points, maxDrop);
  const kneeSays =
    knee && knee.trial !== 0 && fasterBeyondNoise(knee) && !(gain.kind === 'gained' && gain.point.trial === knee.trial);
  return [
    gainSentence(gain, report, maxDrop),
    flattered(gain, report, maxDrop),
    ...losslessSentence(points, gain),
    ...(kneeSays ? [`The knee of the front is ${nameOf(knee)}: ${figuresWords(knee)}.`] : []),
    phaseSentence(report),
    limitsSentence(report, gain),
  ].filter(sentence => sentence !== '');
}

function gainSentence(gain: Gain, { dense, limits }: FrontReport, maxDrop: number): string {
  const ofPhase = gain.kind !== 'dense-alone' && gain.point.confirmed ? dense.confirm : dense.search;
  const denseMs = formatMs((ofPhase ?? dense).latencyMs);
  const denseIs = `the dense model (${denseMs})`;
  switch (gain.kind) {
    case 'gained':
      return `Fastest within ${pointsWords(maxDrop)} of accuracy: ${nameOf(gain.point)}, ${formatMs(gain.point.latencyMs)} against ${denseMs} dense, ${speedupWords(gain.point)}, with ${dropWords(gain.point)}.${gain.point.speedup < littleGain ? ' Little is gained: the dense model may be the better choice.' : ''}`;
    case 'within-noise':
      return `Nothing within ${pointsWords(maxDrop)} of accuracy is faster than ${denseIs} beyond noise: ${nameOf(gain.point)} comes nearest with ${speedupWords(gain.point)}, an interval that does not lie above 1. Keep the dense model.`;
    case 'too-costly':
      return `No trial on the front keeps within ${pointsWords(maxDrop)} of ${denseIs}: ${nameOf(gain.point)} comes nearest, ${figuresWords(gain.point)}.`;
    case 'dense-alone':
      if (limitsText(limits))
        return `No trial within the limits (${limitsText(limits)}) beats ${denseIs}. Search within others, or lift them by --max-drop none.`;
      return `Nothing beats ${denseIs}: it is alone on the front. Keep the dense model.`;
    default:
      return gain satisfies never;
  }
}

/** Where nothing was gained, what the search had promised. */
function flattered(gain: Gain, report: FrontReport, maxDrop: number): string {
  const promised = gainAmong(searchFront(report), maxDrop);
  return gain.kind !== 'gained' && promised.kind === 'gained' ? flatteredSentence(promised.point) : '';
}

/** The fastest point whose drop cannot be told from none, unless it is already the headline. */
function losslessSentence(points: readonly FrontPoint[], gain: Gain): string[] {
  const [point] = points.filter(each => each.trial !== 0 && fasterBeyondNoise(each) && lossless(each));
  if (!point || (gain.kind === 'gained' && gain.point.trial === point.trial)) return [];
  return [`Without a drop beyond noise: ${nameOf(point)}, ${figuresWords(point)}.`];
}

const limitsSentence = ({ limits }: FrontReport, { kind }: Gain): string =>
  limitsText(limits) && kind !== 'dense-alone'
    ? `Trials beyond the limits of the study (${limitsText(limits)}) are left out.`
    : '';

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
  const source = sourceOf(effectiveFront(report));
  if (trials === 0) return '';
  if (source === 'search')
    return `These are search-time figures on ${images}, and the best of many noisy values flatters itself: confirm the front before relying on them, by running its search to the end.`;
  return `Trials named confirmed were measured again on ${report.confirmImages ?? 0} images that the search never saw and in a longer latency run; the table has search-time figures on ${images}, which flatter, and the confirmed ones beside them.`;
}
