/** Whether a model holds what was asked of it, with the figures that say so: what `check` answers. */
import type { Interval } from '../events/event.ts';
import { dropEvidence } from '../stats/drop-evidence.ts';
import { areFlags, type Marks, meanMark } from '../stats/marks.ts';
import { pairedAccuracy } from '../stats/paired-answers.ts';
import type { Quality } from '../stats/quality.ts';
import { formatPercent, formatPoints, formatSpeedup } from '../units/format.ts';
import { marginWords } from '../units/margin.ts';
import { limitWords } from './change.ts';
import { countWords, plural, roundedUp } from './front/wording.ts';

export type Holds = 'yes' | 'no' | 'cannot-tell';

export interface DropVerdict {
  readonly holds: Holds;
  /** Shares: 0.01 is one point. */
  readonly maxDrop: number;
  readonly margin: number;
  /** Accuracy of the dense model less that of the candidate, and its 95 % interval. */
  readonly drop: number;
  readonly dropCi: Interval;
  /** That the drop is below `maxDrop`, from 0 to 1. */
  readonly confidence: number;
  readonly images: number;
  /** Images that only the dense model gets right, and images that only the candidate does. */
  readonly lost: number;
  readonly gained: number;
  readonly denseAccuracy: number;
  readonly accuracy: number;
  /** About how many images more would settle it; null where it is settled, and where more would hardly help. */
  readonly moreImages: number | null;
}

/** @param dense one mark per image, 1 where the dense model is right; `candidate` likewise */
export function dropVerdict(dense: Marks, candidate: Marks, maxDrop: number, margin: number): DropVerdict {
  const { drop, standardError, interval, lost, gained, images } = pairedAccuracy(dense, candidate);
  const evidence = dropEvidence({ drop, standardError, images, graded: !areFlags(candidate) });
  const confidence = evidence.within(maxDrop);
  const holds = confidence >= margin ? 'yes' : evidence.beyond(maxDrop) >= margin ? 'no' : 'cannot-tell';
  const needed = evidence.imagesFor(maxDrop, margin);
  return {
    holds,
    maxDrop,
    margin,
    drop,
    dropCi: interval,
    confidence,
    images,
    lost,
    gained,
    denseAccuracy: meanMark(dense),
    accuracy: meanMark(candidate),
    moreImages: holds === 'cannot-tell' && Number.isFinite(needed) ? roundedUp(Math.max(1, needed - images)) : null,
  };
}

export interface SpeedVerdict {
  readonly holds: Holds;
  readonly minSpeedup: number;
  readonly speedup: number;
  /** 95 %. */
  readonly speedupCi: Interval;
  readonly denseMs: number;
  readonly ms: number;
  /** A disturbed one tells nothing. */
  readonly quality: Quality;
}

export interface TimedPair {
  readonly ratio: number;
  readonly interval: Interval;
  readonly candidateMs: number;
  readonly referenceMs: number;
  readonly quality: Quality;
}

/** It holds where the whole interval does. */
export function speedVerdict(timed: TimedPair, minSpeedup: number): SpeedVerdict {
  const [low, high] = [1 / timed.interval[1], 1 / timed.interval[0]];
  const known = timed.quality === 'good';
  return {
    holds: known && low >= minSpeedup ? 'yes' : known && high < minSpeedup ? 'no' : 'cannot-tell',
    minSpeedup,
    speedup: 1 / timed.ratio,
    speedupCi: [low, high],
    denseMs: timed.referenceMs,
    ms: timed.candidateMs,
    quality: timed.quality,
  };
}

/** A sentence or two for people. */
export function dropSentence(verdict: DropVerdict): string {
  const { holds, maxDrop, margin, drop, dropCi, confidence, images, denseAccuracy, accuracy, moreImages } = verdict;
  const figures = `${formatPercent(accuracy)} against ${formatPercent(denseAccuracy)} dense on ${countWords(images)} images, ${formatPoints(-drop)} (95 % ${formatPoints(-dropCi[1])} to ${formatPoints(-dropCi[0])})`;
  const limit = limitWords(maxDrop);
  const sure = formatPercent(confidence, 1);
  switch (holds) {
    case 'yes':
      return `The drop keeps within ${limit}: ${figures}. The confidence is ${sure}, at least ${marginWords(margin)}.`;
    case 'no':
      return `The drop does not keep within ${limit}: ${figures}.`;
    case 'cannot-tell':
      return `These images cannot tell whether the drop keeps within ${limit}: ${figures}. The confidence is ${sure}, below ${marginWords(margin)}.${
        moreImages === null
          ? ' More images would hardly show that it does.'
          : ` About ${countWords(moreImages)} more ${plural(moreImages, 'image', 'images')} would settle it.`
      }`;
    default:
      return holds satisfies never;
  }
}

export function speedSentence({ holds, minSpeedup, speedup, speedupCi: [low, high], quality }: SpeedVerdict): string {
  const figures = `${formatSpeedup(speedup)} [${low.toFixed(2)}, ${high.toFixed(2)}]`;
  if (quality === 'disturbed')
    return `The speed-up is not known, since other work slowed the machine: ${figures}. Check again when it is quiet.`;
  const wanted = formatSpeedup(minSpeedup);
  if (holds === 'yes') return `It is at least ${wanted} as fast as the dense model: ${figures}.`;
  return holds === 'no'
    ? `It is not ${wanted} as fast as the dense model: ${figures}.`
    : `It is not known to be ${wanted} as fast as the dense model: ${figures}.`;
}
