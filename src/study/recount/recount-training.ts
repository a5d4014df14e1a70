/** Whether what is stored of a training can be: its accuracies are counts of the same validation images. */
import { hasTestImages, type TrainingEpoch, type TrainingRun } from '../../store/training.ts';
import type { Difference, Disagreement } from './disagreement.ts';

/**
 * By how much the file that was written may score otherwise than the epoch that it is of: near ties fall the other way, and more of them
 * where the epochs were scored by another engine than the file.
 */
const allowed = ({ identity, validationImages }: TrainingRun): number =>
  Math.max(1 / 200, (identity['--engine'] === 'torch' ? 2.5 : 1.5) / validationImages);

export function recountTraining(
  trial: number,
  run: TrainingRun,
  epochs: readonly Pick<TrainingEpoch, 'validationTop1'>[],
): Disagreement[] {
  const { beforeTop1, denseTop1, top1, validationImages, state, writtenSha256 } = run;
  const differences: Difference[] = [
    ...counted('accuracy before training', beforeTop1, validationImages),
    ...counted('accuracy of the dense model', denseTop1, validationImages),
    ...(top1 === null ? [] : counted('trained accuracy', top1, validationImages)),
    // Where test images have the last word, epochs were scored on others.
    ...(top1 === null || hasTestImages(run) ? [] : reached(top1, epochs, allowed(run))),
    ...(state === 'complete' && (top1 === null || writtenSha256 === null)
      ? [{ figure: 'trained network', stored: 'none', recounted: 'one, since the training is complete' } as const]
      : []),
  ];
  return differences.map(each => ({ trial, phase: null, ...each }));
}

/** A share of so many images is a whole number of them. */
function counted(figure: Difference['figure'], share: number, images: number): Difference[] {
  const right = Math.round(share * images);
  const possible = images > 0 && right >= 0 && right <= images && Math.abs(share - right / images) < 1e-9;
  return possible ? [] : [{ figure, stored: share, recounted: images > 0 ? right / images : 'a share of no images' }];
}

/** The file is of one of the epochs, and scores as that one did. */
function reached(top1: number, epochs: readonly Pick<TrainingEpoch, 'validationTop1'>[], within: number): Difference[] {
  const scores = epochs.flatMap(({ validationTop1 }) => (validationTop1 === null ? [] : [validationTop1]));
  if (scores.length === 0 || scores.some(score => Math.abs(score - top1) <= within)) return [];
  const [nearest = 0] = [...scores].sort((a, b) => Math.abs(a - top1) - Math.abs(b - top1));
  return [{ figure: 'trained accuracy', stored: top1, recounted: nearest }];
}
