/** The stored answers of every trial, image by image, against the classes that count as right. */
import type { Dataset } from '../../data/dataset.ts';
import { labelsFor } from '../../data/labels-for.ts';
import type { OpenScorer } from '../../evaluate/open.ts';
import type { Phase, StoredObservation } from '../../store/observation.ts';
import type { Disagreement } from '../recount/disagreement.ts';
import { answersAgainst } from '../recount/recount-accuracy.ts';
import type { RecountedTrial } from '../recount/recount-trial.ts';

/** One class per image of a phase; null where it is not known. */
export type PhaseTruth = (phase: Phase) => ArrayLike<number> | null;

/** The labels; where the images have none, what is stored of the dense model, whose answers are then scored again. */
export function truthOf(
  { objective, info, proxyIndices, confirmIndices }: OpenScorer,
  dataset: Dataset,
  dense: readonly StoredObservation[],
): PhaseTruth {
  const labels = objective === 'top1' ? labelsFor(dataset, info.classes) : null;
  return phase => {
    if (labels) return (phase === 'search' ? proxyIndices : confirmIndices).map(index => labels[index] ?? 0);
    const found = dense.find(each => each.kind === 'accuracy' && each.phase === phase);
    // Whether a label is among five, or how close an output is, no class tells: those are scored again.
    return found?.kind === 'accuracy' && objective === 'agreement' ? (found.predictions ?? null) : null;
  };
}

export function wrongAnswers(trials: readonly RecountedTrial[], truth: PhaseTruth): Disagreement[] {
  const known = { search: truth('search'), confirm: truth('confirm'), refined: truth('confirm') };
  return trials.flatMap(({ trial, samples }) =>
    samples.flatMap((observation): Disagreement[] => {
      if (observation.kind !== 'accuracy') return [];
      const { phase, places, images } = observation;
      const classes = known[phase];
      if (!classes) return [];
      const of = { trial: trial.number, phase };
      if (!places && images !== classes.length)
        return [{ ...of, figure: 'images', stored: images, recounted: classes.length }];
      const wrong = answersAgainst(observation, classes);
      if (wrong === 0) return [];
      return [
        { ...of, figure: 'answers', stored: `${wrong} of ${images} marked differently`, recounted: 'by their classes' },
      ];
    }),
  );
}
