/** A scorer that the caller brings, in the place of the one that runs ONNX Runtime on this host. */
import type { Dataset } from '../data/dataset.ts';
import { labelsFor } from '../data/labels-for.ts';
import { complete } from '../errors/failure.ts';
import { UserError } from '../errors/user-error.ts';
import type { OpenScorer } from './open.ts';
import type { JudgingImage, JudgingImages, OwnScorer } from './own-scorer.ts';
import type { Score, Scorer } from './scorer.ts';

/** Which images judge stays as `ours` says; what they say comes from the caller's. */
export async function withOwnScorer(
  ours: OpenScorer,
  own: OwnScorer,
  dataset: Dataset,
  dense: string,
): Promise<OpenScorer> {
  const { objective, info, proxyIndices, confirmIndices } = ours;
  const labels = objective === 'top1' ? labelsFor(dataset, info.classes) : null;
  const imageAt = (at: number): JudgingImage => ({ id: dataset.ids[at] ?? '', label: labels?.[at] ?? null });
  const images: JudgingImages = {
    objective,
    dense,
    proxy: Array.from(proxyIndices, imageAt),
    confirm: Array.from(confirmIndices, imageAt),
    all: Array.from(Int32Array.from([...proxyIndices, ...confirmIndices]).sort(), imageAt),
  };
  const theirs = await own.open(images);
  if (theirs.objective !== objective) {
    await theirs.close();
    throw new UserError(
      `Cannot score with "${own.name}": it says ${theirs.objective}, and these images are judged by ${objective}.`,
      objective === 'top1' ? 'Score the labels that it is given.' : 'Give labels with the images.',
    );
  }
  const accuracy: Scorer['accuracy'] = async (path, budget) => {
    const answer = await theirs.accuracy(path, budget);
    return answer.state === 'failed' ? answer : complete(fitting(own.name, answer.value, images[budget.images].length));
  };
  return {
    ...ours,
    accuracy,
    dense: budget => accuracy(dense, budget),
    // How pixels become inputs is the caller's own.
    checkDense: async () => null,
    // Whoever opened ours closes it.
    close: () => theirs.close(),
  };
}

/** @throws UserError for a score that is not one of these images */
function fitting(name: string, score: Score, images: number): Score {
  const { correct, predictions = correct, places } = score;
  const wanted = places?.length ?? images;
  if (correct.length === wanted && predictions.length === wanted && wanted <= images) return score;
  throw new UserError(
    `"${name}" gave ${correct.length} marks and ${predictions.length} classes for ${wanted} images.`,
    'Give one of each per image, in the order in which the images are given.',
  );
}
