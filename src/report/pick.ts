/** One point of a front, by a rule that an engineer states. */
import { formatMs, formatSpeedup } from '../units/format.ts';
import { effectiveFront, type Source, searchFront, sourceOf } from './effective-front.ts';
import type { FrontPoint, FrontReport } from './front-report.ts';
import { fasterBeyondNoise, kneeMaxDrop, kneeOf, within } from './judge.ts';
import { figuresWords, flatteredSentence, nameOf, pointsWords, speedupWords } from './wording.ts';

export type PickRule =
  /** The fastest that loses at most `drop`, a share: 0.01 is one point. */
  | { readonly kind: 'max-drop'; readonly drop: number }
  /** The most accurate that takes at most `latencyMs`. */
  | { readonly kind: 'max-latency'; readonly latencyMs: number }
  /** The most accurate that is at least `speedup` times as fast as the dense model. */
  | { readonly kind: 'min-speedup'; readonly speedup: number }
  /** Where more speed begins to cost more than it did before (see `knee.ts`). */
  | { readonly kind: 'knee' };

type Choice =
  | { readonly state: 'picked'; readonly point: FrontPoint; readonly why: string }
  /** No point of the front obeys the rule; `why` names the one that misses by least. */
  | { readonly state: 'none'; readonly why: string };

export type Picked = Choice & {
  /** Whose figures decided: of the trial that is picked, or else of all that were looked at; null without any trial. */
  readonly figures: Source | null;
  /** Where no trial is picked: the one that would have been by search figures, of which its confirmed ones fall short. */
  readonly bySearch: number | null;
};

/**
 * Picks among the members of the front, the dense model (trial 0) included, by their confirmed figures where they have them.
 * Ties go to accuracy, then to the lower trial. The point that is returned carries the figures that it was picked by.
 */
export function pick(report: FrontReport, rule: PickRule): Picked {
  const points = effectiveFront(report);
  const choice = choose(points, rule);
  const trial = choice.state === 'picked' && choice.point.trial !== 0 ? choice.point : null;
  const figures = sourceOf(trial ? [trial] : points);
  const promised = trial ? null : promisedBy(report, rule);
  const sentences = [choice.why, sourceSentence(figures, report, trial !== null)];
  if (promised) sentences.push(flatteredSentence(promised));
  const why = sentences.filter(sentence => sentence !== '').join(' ');
  return { ...choice, figures, why, bySearch: promised?.trial ?? null };
}

/** What search figures alone would have picked, if it has been confirmed since. A knee is no limit that could be kept. */
function promisedBy(report: FrontReport, rule: PickRule): FrontPoint | null {
  const choice = rule.kind === 'knee' ? null : choose(searchFront(report), rule);
  return choice?.state === 'picked' && choice.point.trial !== 0 && choice.point.confirm ? choice.point : null;
}

function sourceSentence(figures: Source | null, { confirmImages }: FrontReport, ofTrial: boolean): string {
  const images = `on ${confirmImages ?? 0} images that the search never saw`;
  switch (figures) {
    case 'confirmed':
      return ofTrial ? `Its figures are confirmed, ${images}.` : `Judged by confirmed figures, ${images}.`;
    case 'search':
      return `${ofTrial ? 'Its figures are from the search and not confirmed' : 'Judged by search figures, which are not confirmed'}: run the search to its end to confirm the front.`;
    case 'both':
      return `Judged by confirmed figures where there are any, ${images}: run the search to its end to confirm the rest.`;
    case null:
      return '';
    default:
      return figures satisfies never;
  }
}

function choose(points: readonly FrontPoint[], rule: PickRule): Choice {
  switch (rule.kind) {
    case 'max-drop':
      return fastestWithin(points, rule.drop);
    case 'max-latency':
      return mostAccurate(
        points.filter(({ latencyMs }) => latencyMs <= rule.latencyMs),
        `within ${formatMs(rule.latencyMs)}`,
        () => {
          const nearest = fastestOf(points);
          const over = nearest ? formatMs(nearest.latencyMs - rule.latencyMs) : '-';
          return nearest
            ? `No point of the front takes at most ${formatMs(rule.latencyMs)}: ${nameOf(nearest)} misses it by ${over}, ${figuresWords(nearest)}.`
            : emptyFront;
        },
      );
    case 'min-speedup':
      return mostAccurate(
        points.filter(({ speedup }) => speedup >= rule.speedup),
        `at least ${formatSpeedup(rule.speedup)} as fast as the dense model`,
        () => {
          const nearest = fastestOf(points);
          return nearest
            ? `No point of the front is ${formatSpeedup(rule.speedup)} as fast as the dense model: ${nameOf(nearest)} comes nearest, ${figuresWords(nearest)}.`
            : emptyFront;
        },
        rule.speedup,
      );
    case 'knee':
      return atKnee(points);
    default:
      return rule satisfies never;
  }
}

/** A trial that is not faster beyond noise gives up accuracy for nothing, so the dense model is picked before it. */
function fastestWithin(points: readonly FrontPoint[], drop: number): Choice {
  const acceptable = points.filter(point => within(point.drop, drop));
  if (acceptable.length === 0) {
    const nearest = mostAccurateOf(points);
    const why = nearest
      ? `No point of the front loses at most ${pointsWords(drop)}: ${nameOf(nearest)} comes nearest, ${figuresWords(nearest)}.`
      : emptyFront;
    return { state: 'none', why };
  }
  const dense = acceptable.find(({ trial }) => trial === 0);
  const trials = acceptable.filter(({ trial }) => trial !== 0);
  const best = fastestOf(dense ? trials.filter(fasterBeyondNoise) : trials);
  if (best) {
    return {
      state: 'picked',
      point: best,
      why: `Fastest within ${pointsWords(drop)}: ${nameOf(best)}, ${figuresWords(best)}.${caution(best)}`,
    };
  }
  const nearest = fastestOf(trials);
  const beside = nearest
    ? ` beyond noise; ${nameOf(nearest)} comes nearest with ${speedupWords(nearest)}`
    : '; no trial on the front stays within it';
  return dense
    ? { state: 'picked', point: dense, why: `The dense model: within ${pointsWords(drop)} nothing is faster${beside}.` }
    : { state: 'none', why: emptyFront };
}

function mostAccurate(obeying: readonly FrontPoint[], limit: string, miss: () => string, leastSpeedup = 1): Choice {
  const point = mostAccurateOf(obeying);
  if (!point) return { state: 'none', why: miss() };
  const why =
    point.trial === 0
      ? `The dense model is ${limit} already, and nothing that is loses less.`
      : `Most accurate ${limit}: ${nameOf(point)}, ${figuresWords(point)}.${caution(point, leastSpeedup)}`;
  return { state: 'picked', point, why };
}

function atKnee(points: readonly FrontPoint[]): Choice {
  const knee = kneeOf(points);
  if (knee)
    return {
      state: 'picked',
      point: knee,
      why: `Knee of the front: ${nameOf(knee)}, ${figuresWords(knee)}.${caution(knee)}`,
    };
  const point = mostAccurateOf(points);
  return point
    ? {
        state: 'picked',
        point,
        why: `The front has no knee (fewer than three points within ${pointsWords(kneeMaxDrop)}, or no bend), so the most accurate: ${nameOf(point)}.`,
      }
    : { state: 'none', why: emptyFront };
}

/** Said where noise may have made the point obey. */
const caution = ({ trial, speedupCi: [low] }: FrontPoint, leastSpeedup = 1): string =>
  trial !== 0 && low < leastSpeedup ? ` Its interval reaches below ${formatSpeedup(leastSpeedup)}.` : '';

const emptyFront = 'The front is empty.';

const fastestOf = (points: readonly FrontPoint[]): FrontPoint | undefined =>
  [...points].sort((a, b) => b.speedup - a.speedup || a.drop - b.drop || a.trial - b.trial)[0];

/** Where the drops are equal, the faster, then the lower trial. */
const mostAccurateOf = (points: readonly FrontPoint[]): FrontPoint | undefined =>
  [...points].sort((a, b) => a.drop - b.drop || b.speedup - a.speedup || a.trial - b.trial)[0];
