/** Points of a front in words. */
import { formatMs, formatSpeedup } from '../../units/format.ts';
import { changeWords, limitWords, worstWords } from '../change.ts';
import type { Figures, FrontPoint, Judged } from './front.ts';
import { furtherWords } from './further.ts';
import { halfOf } from './half.ts';
import { imagesToTell } from './judged.ts';

/** Whose figures are shown of it: `trial 12 (confirmed)`, `trial 12 (not confirmed)`, `trial 12 (disturbed)`. */
export const nameOf = (point: FrontPoint): string =>
  point.trial === 0 ? 'the dense model' : `trial ${point.trial} (${stateOf(point)})`;

/** Whose figures they are, and whether they count. */
const stateOf = ({ confirmed, latencyQuality }: FrontPoint): 'confirmed' | 'not confirmed' | 'disturbed' =>
  latencyQuality === 'disturbed' ? 'disturbed' : confirmed ? 'confirmed' : 'not confirmed';

/** `1.28x [1.26, 1.30]` */
export const speedupWords = ({ speedup, speedupCi: [low, high] }: Figures): string =>
  `${formatSpeedup(speedup)} [${low.toFixed(2)}, ${high.toFixed(2)}]`;

/** `-0.62 pp (95 % ± 0.61)`, with what it rests on where that is not what the figures beside it rest on. */
export function judgedWords({ judged, trial }: FrontPoint): string {
  if (trial === 0) return 'no change of accuracy';
  const both = judged.by === 'both' ? `, from ${basisWords(judged)}` : '';
  return changeWords(judged) + both + tornWords(judged);
}

const tornWords = ({ contradicted }: Judged): string =>
  contradicted ? '; the images of the search disagree, so this is less sure' : '';

const basisWords = ({ by, images }: Judged): string =>
  by === 'both' ? `the ${countWords(images)} images of both phases` : `${countWords(images)} images`;

/** `1.28x [1.26, 1.30] at 6.13 ms, -0.62 pp (95 % ± 0.61)` */
export const figuresWords = (point: FrontPoint): string =>
  `${speedupWords(point)} at ${formatMs(point.latencyMs)}${furtherWords(point)}, ${judgedWords(point)}`;

/** The same of one phase, as it was measured. */
const phaseWords = (figures: Figures): string => {
  const { drop, latencyMs } = figures;
  const change = changeWords({ drop, halfWidth: halfOf(figures) });
  return `${speedupWords(figures)} at ${formatMs(latencyMs)}, ${change}`;
};

/** Said of a trial that fits by what the search saw and not by what confirming it saw. */
export const flatteredSentence = ({ trial, search, confirm }: FrontPoint): string =>
  confirm
    ? `Trial ${trial} fits only by its search figures (${phaseWords(search)}), not by its confirmed ones (${phaseWords(confirm)}). Pick within a wider limit, or continue the search with more --trials.`
    : '';

/** Said of a change whose interval is wider than the limit: how bad it may be, and what would tell. */
export const untoldSentence = (point: FrontPoint, limit: number): string =>
  `It is not clear from ${basisWords(point.judged)} whether ${nameOf(point)} keeps within ${limitWords(limit)}: ${speedupWords(point)} at ${formatMs(point.latencyMs)}, ${changeWords(point.judged)}${tornWords(point.judged)}, which may be as bad as ${worstWords(point.judged)}${tellingWords(point.judged, limit)}.`;

function tellingWords(judged: Judged, limit: number): string {
  const images = imagesToTell(judged, limit);
  return Number.isFinite(images) ? `; about ${countWords(roundedUp(images))} images would show it` : '';
}

/** Two digits: what is known of the deviation is not worth more. */
export function roundedUp(images: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(images)) - 1);
  return Math.ceil(images / unit) * unit;
}

/** `4600`, `12,000` */
export const countWords = (count: number): string =>
  count < 10_000 ? String(count) : String(count).replaceAll(/\B(?=(\d{3})+$)/g, ',');

/** `is` or `are`, `it` or `them`. */
export const plural = <T>(count: number, one: T, many: T): T => (count === 1 ? one : many);
