/** One point of a front, by a rule that an engineer states. */
import { formatMs, formatSpeedup } from '../../units/format.ts';
import { limitWords } from '../change.ts';
import { effectiveFront, type Source, searchFront, sourceOf } from './effective-front.ts';
import type { FrontPoint, FrontReport } from './front.ts';
import { gainAmong, gainOf } from './gain.ts';
import { reaches } from './headline.ts';
import { kneeMaxDrop, kneeOf, within } from './judge.ts';
import { toldWithin } from './judged.ts';
import { confirmCommand, goOnSentence, untriedSentence } from './known.ts';
import { enoughOf, limitsOf, limitsWords, obeys, type PickLimits, type PickRule } from './pick-rule.ts';
import { countWords, figuresWords, flatteredSentence, nameOf, speedupWords, untoldSentence } from './wording.ts';

export type { PickRule } from './pick-rule.ts';

export type Choice =
  | { readonly state: 'picked'; readonly point: FrontPoint; readonly why: string }
  /** No point of the front obeys the rule; `why` names the one that misses by least. */
  | { readonly state: 'none'; readonly why: string };

export type Picked = Choice & {
  /** Whose figures decided: of the trial that is picked, or else of all that were looked at; null without any trial. */
  readonly figures: Source | null;
  /** Where no trial is picked: the one that would have been by search figures, of which its confirmed ones fall short. */
  readonly bySearch: number | null;
};

export interface PickOptions {
  /** Whether trials are picked whose latency is not known, since other work slowed the machine; false by default. */
  readonly acceptDisturbed?: boolean;
}

/**
 * Picks among the members of the front, the dense model (trial 0) included, by their confirmed figures where they have them.
 * Ties go to accuracy, then to the lower trial. The point that is returned carries the figures that it was picked by.
 */
export function pick(report: FrontReport, rule: PickRule, { acceptDisturbed = false }: PickOptions = {}): Picked {
  if (!report.tried)
    return { state: 'none', why: `${untriedSentence(report)} ${goOnSentence}`, figures: null, bySearch: null };
  const points = effectiveFront(report, acceptDisturbed);
  const choice = choose(points, rule, !acceptDisturbed);
  const trial = choice.state === 'picked' && choice.point.trial !== 0 ? choice.point : null;
  const figures = sourceOf(trial ? [trial] : points);
  const promised = trial ? null : promisedBy(report, rule);
  const isUnknown = choice.state === 'picked' && choice.point.trial === 0 && gainOf(report).kind === 'disturbed';
  const why = [
    isUnknown ? unknownSentence : choice.why,
    sourceSentence(figures, report, trial),
    promised ? flatteredSentence(promised) : '',
    acceptDisturbed ? '' : disturbedSentence(report, rule, trial),
  ];
  return {
    ...choice,
    figures,
    why: why.filter(sentence => sentence !== '').join(' '),
    bySearch: promised?.trial ?? null,
  };
}

/** What search figures alone would have picked, if it has been confirmed since. A knee is no limit that could be kept. */
function promisedBy(report: FrontReport, rule: PickRule): FrontPoint | null {
  if (rule.kind === 'knee') return null;
  const points = searchFront(report);
  const limits = limitsOf(rule);
  const obeying = limits.drop === undefined ? [] : points.filter(point => point.trial !== 0 && obeys(point, limits));
  const choice = obeying[0] ?? choose(points, rule);
  const point = 'trial' in choice ? choice : choice.state === 'picked' ? choice.point : null;
  if (!point || point.trial === 0 || !point.confirm) return null;
  const now = report.best.find(({ trial }) => trial === point.trial);
  return now && obeys(now, limits) ? null : point;
}

const unknownSentence =
  'The dense model, until the trials on the front are measured again. Other work slowed the machine while they were timed, so no speed-up is known.';

/** What would be picked if disturbed figures counted. */
function disturbedSentence(report: FrontReport, rule: PickRule, picked: FrontPoint | null): string {
  const choice = choose(effectiveFront(report, true), rule, false);
  if (choice.state !== 'picked' || choice.point.trial === 0 || choice.point.trial === picked?.trial) return '';
  if (choice.point.latencyQuality === 'good') return '';
  return `By a latency that is not known, since other work slowed the machine, it would be ${nameOf(choice.point)}, ${figuresWords(choice.point)}. "${confirmCommand(report.study)}" measures it again, --accept-disturbed takes it as it is.`;
}

function sourceSentence(
  figures: Source | null,
  { confirmImages, study }: FrontReport,
  picked: FrontPoint | null,
): string {
  const images = `on ${countWords(confirmImages ?? 0)} images that the search never saw`;
  if (picked?.latencyQuality === 'disturbed')
    return `Its speed-up is not known: other work slowed the machine while it was timed. "${confirmCommand(study)}" measures it again.`;
  switch (figures) {
    case 'confirmed':
      return picked ? `Its figures are confirmed, ${images}.` : `Judged by confirmed figures, ${images}.`;
    case 'search':
      return `${picked ? 'Its figures are from the search and not confirmed' : 'Judged by search figures, which are not confirmed'}: "${confirmCommand(study)}" confirms the front.`;
    case 'both':
      return `Judged by confirmed figures where there are any, ${images}: "${confirmCommand(study)}" confirms the rest.`;
    case null:
      return '';
    default:
      return figures satisfies never;
  }
}

/** @param confirmedFirst whether confirmed trials go before faster ones that are not */
function choose(points: readonly FrontPoint[], rule: PickRule, confirmedFirst = true): Choice {
  if (rule.kind === 'knee') return atKnee(points);
  const limits = limitsOf(rule);
  return limits.drop === undefined
    ? mostAccurate(points, limits)
    : fastest(points, { ...limits, drop: limits.drop }, confirmedFirst);
}

/** A trial that is not faster beyond noise gives up accuracy for nothing, so the dense model is picked before it. */
function fastest(
  points: readonly FrontPoint[],
  limits: PickLimits & { readonly drop: number },
  confirmedFirst: boolean,
): Choice {
  const { drop } = limits;
  const fast = points.filter(point => enoughOf(point, limits));
  const gain = gainAmong(fast, drop, confirmedFirst);
  const dense = fast.find(({ trial }) => trial === 0);
  if (gain.kind === 'gained') {
    const { point } = gain;
    const why = `Fastest with ${limitsWords(limits)}: ${nameOf(point)}, ${figuresWords(point)}.${reaches(point, drop)}${caution(point, limits.speedup)}`;
    return { state: 'picked', point, why };
  }
  // Where the dense model is too slow, one that is within the drop and fast enough by its value is the answer, and its noise is told.
  const [enough] = dense
    ? []
    : fast.filter(({ trial, judged }) => trial !== 0 && toldWithin(judged, drop) === 'within');
  if (enough)
    return {
      state: 'picked',
      point: enough,
      why: `Fastest with ${limitsWords(limits)}: ${nameOf(enough)}, ${figuresWords(enough)}.${caution(enough, limits.speedup)}`,
    };
  const untold = gain.kind === 'cannot-tell' ? untoldSentence(gain.point, drop) : '';
  if (dense && within(0, drop)) {
    const why =
      gain.kind === 'cannot-tell'
        ? `The dense model: nothing that is faster is known to keep within ${limitWords(drop)}. ${untold}`
        : gain.kind === 'within-noise'
          ? `The dense model: within ${limitWords(drop)} nothing is faster beyond noise; ${nameOf(gain.point)} comes nearest with ${speedupWords(gain.point)}.`
          : `The dense model: within ${limitWords(drop)} nothing is faster; no trial on the front stays within it.`;
    return { state: 'picked', point: dense, why };
  }
  if (untold)
    return {
      state: 'none',
      why: `No point of the front is known to keep to the limits (${limitsWords(limits)}). ${untold}`,
    };
  const nearest = mostAccurateOf(fast) ?? fastestOf(points);
  return { state: 'none', why: missed(nearest, limits) };
}

function mostAccurate(points: readonly FrontPoint[], limits: PickLimits): Choice {
  const point = mostAccurateOf(points.filter(each => enoughOf(each, limits)));
  if (!point) return { state: 'none', why: missed(fastestOf(points), limits) };
  const why =
    point.trial === 0
      ? `The dense model keeps to the limits already (${limitsWords(limits)}), and nothing that does loses less.`
      : `Most accurate with ${limitsWords(limits)}: ${nameOf(point)}, ${figuresWords(point)}.${caution(point, limits.speedup)}`;
  return { state: 'picked', point, why };
}

function missed(nearest: FrontPoint | undefined, limits: PickLimits): string {
  if (!nearest) return emptyFront;
  const over = limits.latencyMs !== undefined && nearest.latencyMs > limits.latencyMs;
  const by = over ? `misses it by ${formatMs(nearest.latencyMs - (limits.latencyMs ?? 0))}` : 'comes nearest';
  return `No point of the front keeps to the limits (${limitsWords(limits)}): ${nameOf(nearest)} ${by}, ${figuresWords(nearest)}.`;
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
        why: `The front has no knee (fewer than three points within ${limitWords(kneeMaxDrop)}, or no bend), so the most accurate: ${nameOf(point)}.`,
      }
    : { state: 'none', why: emptyFront };
}

/** Said where noise may have made the point obey. */
const caution = ({ trial, speedupCi: [low] }: FrontPoint, leastSpeedup = 1): string =>
  trial !== 0 && low < leastSpeedup ? ` Its interval reaches below ${formatSpeedup(leastSpeedup)}.` : '';

const emptyFront = 'The front is empty.';

const fastestOf = (points: readonly FrontPoint[]): FrontPoint | undefined =>
  [...points].sort((a, b) => b.speedup - a.speedup || a.judged.drop - b.judged.drop || a.trial - b.trial)[0];

/** Where the drops are equal, the faster, then the lower trial. */
const mostAccurateOf = (points: readonly FrontPoint[]): FrontPoint | undefined =>
  [...points].sort((a, b) => a.judged.drop - b.judged.drop || b.speedup - a.speedup || a.trial - b.trial)[0];
