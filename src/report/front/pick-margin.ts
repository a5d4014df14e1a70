/**
 * A pick that is known to keep within a drop, with a confidence that the user states.
 *
 *   m      confirmed trials that are fast enough, beaten ones counted: each might have been picked by luck
 *   level  1 - (1 - margin) / m      (Bonferroni), so that the error of the whole pick is at most 1 - margin
 *
 * The confidence of each is that of `stats/drop-evidence.ts`, from the images that chose nothing: those of the confirm phase alone. A trial
 * of which the images of the search say something else is not sure.
 */
import { type DropEvidence, dropEvidence } from '../../stats/drop-evidence.ts';
import { marginWords } from '../../units/margin.ts';
import { limitWords } from '../change.ts';
import type { FrontPoint, FrontReport } from './front.ts';
import { fasterBeyondNoise } from './judge.ts';
import { confirmCommand, goOnSentence, untriedSentence } from './known.ts';
import { enoughOf, type PickLimits } from './pick-rule.ts';
import { countWords, figuresWords, nameOf, plural, roundedUp } from './wording.ts';

export interface MarginPick {
  /** Null: stay with the dense model. */
  readonly point: FrontPoint | null;
  readonly why: string;
  /** How many trials the confidence allows for. */
  readonly looked: number;
  /** The end of the one-sided interval of the drop of `point`, or of the one that comes nearest; null without any. */
  readonly worstDrop: number | null;
  /** About how many images more would settle the one that comes nearest; null where there is none, and where more would hardly help. */
  readonly moreImages: number | null;
}

/** @param limits with its drop; `margin` a share such as 0.95 */
export function pickWithMargin(
  report: FrontReport,
  limits: PickLimits & { readonly drop: number },
  margin: number,
): MarginPick {
  const { drop } = limits;
  if (!report.tried)
    return {
      point: null,
      why: `${untriedSentence(report)} ${goOnSentence}`,
      looked: 0,
      worstDrop: null,
      moreImages: null,
    };
  const fast = [
    ...report.best,
    ...report.dominated.filter(({ trial }) => !report.best.some(each => each.trial === trial)),
  ]
    .filter(point => point.trial !== 0 && point.latencyQuality === 'good' && fasterBeyondNoise(point))
    .filter(point => enoughOf(point, limits));
  const known = fast.filter(({ confirmed }) => confirmed).sort((a, b) => b.speedup - a.speedup || a.trial - b.trial);
  const looked = known.length;
  const level = 1 - (1 - margin) / Math.max(1, looked);
  const held = `with ${marginWords(margin)} confidence`;
  const allowed = looked > 1 ? `, which allows for the ${looked} confirmed trials that were looked at` : '';
  const point = known.find(each => !each.judged.contradicted && evidenceOf(each).within(drop) >= level);
  if (point)
    return {
      point,
      why: `Fastest that keeps within ${limitWords(drop)} ${held}${allowed}: ${nameOf(point)}, ${figuresWords(point)}. It loses at most ${limitWords(worst(point, level))}.`,
      looked,
      worstDrop: worst(point, level),
      moreImages: null,
    };
  const stay = `Stay with the dense model: no confirmed trial keeps within ${limitWords(drop)} ${held}${allowed}.`;
  const nearest = nearestOf(known, drop, level);
  const open = report.best.some(({ trial, confirmed }) => trial !== 0 && !confirmed)
    ? ` Only confirmed trials count: "${confirmCommand(report.study)}" confirms the others.`
    : '';
  if (!nearest)
    return { point: null, why: `${stay}${noneWords(known, drop)}${open}`, looked, worstDrop: null, moreImages: null };
  const more = Math.max(1, imagesNeeded(nearest, drop, level) - (nearest.confirm?.images ?? 0));
  const about = roundedUp(more);
  return {
    point: null,
    why: `${stay} Nearest is ${nameOf(nearest)}, ${figuresWords(nearest)}: it may lose up to ${limitWords(worst(nearest, level))}. About ${countWords(about)} more ${plural(about, 'image', 'images')} would settle it.${open}`,
    looked,
    worstDrop: worst(nearest, level),
    moreImages: about,
  };
}

/** Of the confirm phase. */
function evidenceOf({ confirm, search }: FrontPoint): DropEvidence {
  const { drop, dropStandardError, images, graded = false } = confirm ?? search;
  return dropEvidence({ drop, standardError: dropStandardError, images, graded });
}

const worst = (point: FrontPoint, level: number): number => evidenceOf(point).greatest(level);

const imagesNeeded = (point: FrontPoint, limit: number, level: number): number =>
  evidenceOf(point).imagesFor(limit, level);

/** Of those whose drop is within the limit, the one that the fewest images would settle; the faster where that is equal. */
function nearestOf(known: readonly FrontPoint[], drop: number, level: number): FrontPoint | null {
  const needed = known.map(point => ({ point, images: imagesNeeded(point, drop, level) }));
  const hopeful = needed.filter(({ images }) => Number.isFinite(images));
  return hopeful.sort((a, b) => a.images - b.images)[0]?.point ?? null;
}

function noneWords(known: readonly FrontPoint[], drop: number): string {
  const [first] = [...known].sort((a, b) => a.drop - b.drop);
  return first
    ? ` ${nameOf(first)[0]?.toUpperCase()}${nameOf(first).slice(1)} comes nearest, ${figuresWords(first)}: more images would hardly bring it within ${limitWords(drop)}.`
    : '';
}
