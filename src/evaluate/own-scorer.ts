/** What a scorer is that the caller brings; its types need no runtime. */
import { whereabouts } from '../host/environment.ts';
import { scoreOf } from './score.ts';
import type { Score, ScoreBudget, Scorer } from './scorer.ts';

export interface JudgingImage {
  /** File name within the data, or `test_batch.bin#17`. */
  readonly id: string;
  /** The output of the network that is right; null where the images have no labels. */
  readonly label: number | null;
}

/** The images of each subset, in the order in which a score has its entries. */
export interface JudgingImages extends Readonly<Record<ScoreBudget['images'], readonly JudgingImage[]>> {
  /** What counts as right: the label, or without labels the class that the dense model gives. */
  readonly objective: Scorer['objective'];
  /** Path of the dense model, as candidates are written. */
  readonly dense: string;
}

export interface OwnScorer {
  /** Kept with the study: it can only be continued and measured again with a scorer of this name. */
  readonly name: string;
  /** Called once per search; what it opens is closed when that ends. */
  open(images: JudgingImages): Scorer | Promise<Scorer>;
}

/** A score from the classes that a model gives, one per image. */
export function scoreOfClasses(
  predictions: ArrayLike<number>,
  images: readonly { readonly label: number | null }[],
  wallMs: number,
): Score {
  if (predictions.length !== images.length)
    throw new RangeError(`${images.length} images need as many classes, not ${predictions.length}`);
  const classes = images.map(({ label }) => {
    if (label === null) throw new RangeError('an image without a label has no class that is right');
    return label;
  });
  const answer = { predictions: Uint16Array.from(predictions), further: [], labelRanks: null, classes: 0, wallMs };
  return { ...scoreOf(answer, { classes, further: [] }), ...whereabouts() };
}
