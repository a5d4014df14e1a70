/** `import-weights`: the weights that somebody's own training made of a trial, taken into the study, scored and kept like a retraining. */
import { UserError } from '../../errors/user-error.ts';
import { demandWritable, writeAtomically } from '../../files/write.ts';
import { keptFiles } from '../../host/kept-files.ts';
import { readBytes, sha256Of } from '../../host/model-file.ts';
import { rankfrontVersion } from '../../host/version.ts';
import { isFloat } from '../../onnx/element-type.ts';
import { withMetadata } from '../../onnx/metadata.ts';
import { decodeSafetensors, type PlainTensor } from '../../onnx/safetensors.ts';
import { floatsOf } from '../../onnx/tensor.ts';
import { writeModel } from '../../onnx/write.ts';
import type { Store } from '../../store/store.ts';
import type { Study } from '../../store/study.ts';
import type { TrainingRun } from '../../store/training.ts';
import { withFilesHeld } from '../../train/checkpoint/lock.ts';
import { plainRequest } from '../../train/loop/plain-request.ts';
import { lastWord } from '../../train/loop/rescore.ts';
import type { Network } from '../../train/network/prepare.ts';
import { withState } from '../../train/state/initial-state.ts';
import type { StateTensor, TrainingState } from '../../train/trainer.ts';
import { nearest } from '../../units/nearest.ts';
import { type PreparedRetraining, type RetrainOptions, withRetraining } from './retrain.ts';

export interface ImportOptions extends Pick<RetrainOptions, 'storePath' | 'trial' | 'model' | 'data' | 'calibration'> {
  /** A safetensors file with weights and running statistics by their names in the exported network. */
  readonly weights: string;
  /** Where the network with these weights goes, an ONNX file. */
  readonly out: string;
  readonly commandLine: readonly string[];
}

export interface Imported {
  readonly run: TrainingRun;
  readonly path: string;
  readonly top1: number;
  readonly images: number;
  readonly sha256: string;
}

/** @throws UserError when the trial cannot be rebuilt, or the weights are not those of its network */
export async function importWeights(
  store: Store,
  study: Study,
  options: ImportOptions,
  note: (text: string) => void,
): Promise<Imported> {
  const { out, weights } = options;
  const training = { ...plainRequest, out, checkpoint: `${out}.checkpoint`, normalize: undefined, seed: 0 };
  return withRetraining(store, study, { ...options, distil: false, training }, note, prepared =>
    withFilesHeld(prepared.request, async () => {
      const kept = keptFiles({ models: [prepared.dense, weights], data: [prepared.request.data] });
      demandWritable(out, 'the network', { kept });
      const bytes = readBytes(weights, 'the weights');
      const state = stateOf(decodeSafetensors(bytes, weights), prepared.plan.network, weights);
      const run = await begun(store, prepared, sha256Of(bytes), options.commandLine);
      try {
        const model = withMetadata(withState(prepared.plan.network.model, state, 'last'), {
          'rankfront.version': rankfrontVersion(),
          'rankfront.weights': 'imported',
        });
        const written = writeModel(model);
        writeAtomically(out, written, 'the network', { kept });
        const { top1, images } = await lastWord(out, prepared.plan);
        const sha256 = sha256Of(written);
        await store.training.end(run.id, { state: 'complete', top1, writtenSha256: sha256, detail: '' });
        return { run, path: out, top1, images, sha256 };
      } catch (error) {
        const detail = error instanceof Error ? error.message : '';
        await store.training.end(run.id, { state: 'failed', top1: null, writtenSha256: null, detail });
        throw error;
      }
    }),
  );
}

/** What its accuracy follows from: how it was trained is not known here. */
const lasting = ['the model', 'the training set', 'the validation set', 'the normalisation', '--seed'] as const;

async function begun(
  store: Store,
  { trial, plan, candidate, dense }: PreparedRetraining,
  weightsSha256: string,
  commandLine: readonly string[],
): Promise<TrainingRun> {
  const before = await lastWord(candidate, plan);
  const known = Object.entries(plan.identity).filter(
    ([name]) => lasting.some(each => each === name) || name.endsWith('in the dataset YAML'),
  );
  return store.training.begin({
    trialId: trial.id,
    identity: { ...Object.fromEntries(known), '--engine': 'imported', 'the weights': weightsSha256 },
    denseTop1: (await lastWord(dense, plan)).top1,
    beforeTop1: before.top1,
    validationImages: before.images,
    packageVersion: rankfrontVersion(),
    commandLine,
  });
}

/** @throws UserError for weights that are missing, unknown, of another shape, or not finite */
export function stateOf(
  tensors: ReadonlyMap<string, PlainTensor>,
  { model, ...network }: Pick<Network, 'model' | 'weights' | 'statistics'>,
  path: string,
): TrainingState {
  const refuse = (why: string, wayOut = 'Save the weights as "save" of the exported folder does.'): UserError =>
    new UserError(`Cannot take the weights of "${path}": ${why}.`, wayOut);
  const wanted = [
    ...network.weights.map(each => ({ ...each, slot: 'weight' })),
    ...network.statistics.map(each => ({ ...each, slot: 'statistic' })),
  ];
  const names = wanted.map(({ name }) => name);
  for (const name of tensors.keys()) {
    // Constants that nothing trains may be there too, as in the exported folder.
    if (names.includes(name) || model.graph.initializers.has(name) || name.startsWith('attribute ')) continue;
    const guess = nearest(name, names);
    throw refuse(`the network of the trial has no "${name}"`, guess === null ? undefined : `Did you mean "${guess}"?`);
  }
  const state = wanted.map(({ name, dims, slot }): [string, StateTensor] => {
    const found = tensors.get(name);
    if (!found) throw refuse(`"${name}" is missing`);
    if (!isFloat(found.elementType)) throw refuse(`"${name}" holds ${found.elementType}`);
    if (String(found.dims) !== String(dims))
      throw refuse(`expected "${name}" as [${dims.join(', ')}], found [${found.dims.join(', ')}]`);
    const data = floatsOf({ ...found, name });
    if (!data.every(Number.isFinite)) throw refuse(`"${name}" is not finite everywhere`, 'Train again: it diverged.');
    return [`${slot}/${name}`, { dims, data }];
  });
  return { tensors: new Map(state), counters: { steps: 0, lossScale: 1, stepsSinceScaling: 0 } };
}
