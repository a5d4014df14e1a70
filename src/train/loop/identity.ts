/** What a checkpoint says of its training, so that it goes on with no other one. */
import { normalizationName } from '../../data/normalize.ts';
import type { DataSpec } from '../../data/spec.ts';
import type { Splits } from '../../data/splits.ts';
import type { LoadedModel } from '../../host/model-file.ts';
import type { Identity } from '../checkpoint/format.ts';
import type { TrainRequest } from './request.ts';

/** Everything that the numbers of a training follow from. Threads and how often it is scored are not among them. */
export function trainingIdentity(
  request: TrainRequest,
  loaded: LoadedModel,
  teacher: LoadedModel | null,
  { train, validation, test }: Splits,
): Identity {
  const { optimiser } = request;
  const options = {
    '--epochs': request.epochs,
    '--batch': request.batch,
    '--accumulate': request.accumulation,
    '--lr': request.learningRate,
    '--schedule': request.schedule,
    '--warm-up': request.warmUpEpochs,
    '--rewind': request.rewindEpochs,
    '--freeze': request.freeze,
    '--optimiser': optimiser.kind,
    '--momentum': optimiser.kind === 'sgd' ? optimiser.momentum : null,
    '--weight-decay': request.weightDecay,
    '--frobenius-decay': request.frobeniusDecay,
    '--label-smoothing': request.labelSmoothing,
    '--distil': teacher && request.distillationWeight,
    '--temperature': teacher && request.temperature,
    '--clip-norm': request.clipNorm,
    '--ema': request.emaDecay,
    '--precision': request.precision,
    '--augment': request.augment,
    // Left out where there are none, so that checkpoints from before there was this option can be gone on from.
    ...(request.plainEpochs > 0 && { '--plain-epochs': request.plainEpochs }),
    '--seed': request.seed,
    '--fresh': request.fresh,
    '--engine': request.engine.kind,
    '--provider': request.engine.kind === 'onnxruntime' ? request.engine.provider : null,
  };
  return {
    'the model': loaded.sha256,
    'the teacher': teacher?.sha256 ?? 'none',
    'the training set': train.hash,
    'the validation set': validation.hash,
    ...(test && { 'the test set': test.hash }),
    'the normalisation': normalizationName(train.spec.normalize),
    ...saidOf(train.spec),
    ...Object.fromEntries(Object.entries(options).map(([name, value]) => [name, String(value ?? 'none')])),
  };
}

/** What a dataset YAML says beside that; left out where it says nothing, so that older checkpoints can be gone on from. */
function saidOf({ channels, resize, crop, labelOffset }: DataSpec): Identity {
  return {
    ...(channels !== 'rgb' && { 'channels in the dataset YAML': channels }),
    ...(resize !== null && { 'resize in the dataset YAML': String(resize) }),
    ...(crop !== null && { 'crop in the dataset YAML': String(crop) }),
    ...(labelOffset !== 0 && { 'labelOffset in the dataset YAML': String(labelOffset) }),
  };
}
