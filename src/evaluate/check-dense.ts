/** Does the dense model do on these images what it was trained for? Asked before a night is spent. */
import { type ChannelOrder, type NormalizationName, normalizations } from '../data/normalize.ts';
import { pairedDifference } from '../stats/paired-difference.ts';
import type { ClassScored } from './score.ts';

/** A way to read the same pixels, and the score of the dense model with it. */
interface ImageReading {
  readonly normalize: NormalizationName;
  readonly channels: ChannelOrder;
}

export interface ReadingScore {
  readonly reading: ImageReading;
  readonly correct: Uint8Array;
}

export interface DenseCase {
  readonly score: ClassScored;
  /** One output index per image of the score. */
  readonly labels: Int32Array;
  /** The width of the output. */
  readonly classes: number;
  /** How the normalisation and channel order in use are called. */
  readonly used: string;
  /** What is right with the reading in use, on the few images on which others were tried. */
  readonly now: Uint8Array;
  /** Other readings of those images. */
  readonly others: readonly ReadingScore[];
}

/** All readings that can be tried without knowing the network. */
export const readings: readonly ImageReading[] = normalizations.flatMap(normalize =>
  (['rgb', 'bgr'] as const).map(channels => ({ normalize, channels })),
);

/** Within 5 % of the way from guessing to perfect, or within three standard errors of guessing. */
export function nearChance(accuracy: number, images: number, classes: number): boolean {
  const chance = 1 / classes;
  const noise = 3 * Math.sqrt((chance * (1 - chance)) / images);
  return accuracy <= chance + Math.max(noise, 0.05 * (1 - chance));
}

/** Below this accuracy other readings are tried, since a wrong one may cost half of it without reaching chance. */
const doubtful = 0.5;

export const worthASecondLook = ({ accuracy, correct }: ClassScored, classes: number): boolean =>
  accuracy < doubtful || nearChance(accuracy, correct.length, classes);

/** A sentence or two for people, with what most likely went wrong; null when nothing looks wrong. */
export function denseVerdict(given: DenseCase): string | null {
  const { score, classes, used } = given;
  const chance = nearChance(score.accuracy, score.correct.length, classes);
  const cause = betterReading(given) ?? otherOrder(given);
  if (!chance && cause === null) return null;
  const scores = `The dense model scores ${percent(score.accuracy)} on ${score.correct.length} images`;
  const guessing = chance ? `, near chance (${percent(1 / classes)})` : '';
  return `${scores}${guessing}. ${
    cause ??
    `Likely causes: the normalisation (now ${used}), the order of the labels, BGR in place of RGB, or other data than it was trained on. No usual normalisation does better.`
  }`;
}

/** The best other reading, when it is better on the same images by more than three standard errors. */
function betterReading({ now, others, used }: DenseCase): string | null {
  let best: { readonly text: string; readonly gain: number } | null = null;
  for (const { reading, correct } of others) {
    const { difference, standardError } = pairedDifference(correct, now);
    if (difference <= 3 * standardError || difference < 0.02 || (best && difference <= best.gain)) continue;
    const how =
      reading.channels === 'rgb'
        ? `--normalize ${reading.normalize}`
        : `normalize: ${reading.normalize} and channels: bgr in a dataset YAML`;
    best = {
      text: `The likely cause is the normalisation (now ${used}): with ${how} it scores ${percent(mean(correct))} on ${correct.length} of them, now ${percent(mean(now))}.`,
      gain: difference,
    };
  }
  return best?.text ?? null;
}

/** Predictions that are right but for the names of the classes. */
function otherOrder({ score: { accuracy, predictions }, labels, classes }: DenseCase): string | null {
  const n = labels.length;
  for (const shift of [1, -1]) {
    const right = labels.reduce((sum, label, i) => sum + (label + shift === predictions[i] ? 1 : 0), 0) / n;
    if (right > 2 * accuracy && !nearChance(right, n, classes))
      return `The likely cause is the order of the labels: shifted by ${shift} they score ${percent(right)}${
        shift === 1 ? ' (labelOffset: 1 in a dataset YAML)' : ''
      }.`;
  }
  if (n < 5 * classes) return null;
  const counts = new Map<number, Map<number, number>>();
  labels.forEach((label, i) => {
    const row = counts.get(label) ?? new Map<number, number>();
    const prediction = predictions[i] ?? 0;
    counts.set(label, row.set(prediction, (row.get(prediction) ?? 0) + 1));
  });
  const favourites = [...counts.values()].map(row => [...row].reduce((a, b) => (b[1] > a[1] ? b : a)));
  const consistent = favourites.reduce((sum, [, count]) => sum + count, 0) / n;
  // A network that always says the same is consistent too: the favourites have to differ.
  const distinct = new Set(favourites.map(([prediction]) => prediction)).size;
  if (consistent < Math.max(0.5, 2 * accuracy) || distinct < 0.8 * counts.size) return null;
  return `The likely cause is the order of the labels: in another order they would score about ${percent(consistent)}. Give the classes in the order of the outputs (classes: FILE in a dataset YAML).`;
}

/** For images without labels: a network that sees the same class everywhere most likely reads the pixels wrongly. */
export function sameClassVerdict(predictions: Uint16Array, used: string): string | null {
  const counts = new Map<number, number>();
  for (const prediction of predictions) counts.set(prediction, (counts.get(prediction) ?? 0) + 1);
  const [first, most] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a), [0, 0]);
  if (predictions.length < 50 || most < 0.9 * predictions.length) return null;
  return `The dense model sees class ${first} in ${most} of ${predictions.length} images. Likely causes: the normalisation (now ${used}), BGR in place of RGB, or other data than it was trained on.`;
}

const mean = (correct: Uint8Array): number => correct.reduce((sum, each) => sum + each, 0) / correct.length;
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
