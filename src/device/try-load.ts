/** A model file for a driver that looks into it. */
import { type Attempt, complete, failed } from '../errors/failure.ts';
import { UserError } from '../errors/user-error.ts';
import { loadModel } from '../host/model-file.ts';
import type { Model } from '../onnx/graph.ts';
import type { ModelFile } from './device.ts';

/** A file that is no model is a failure here, as it is when a runtime refuses it. `model` is its graph where that is read already. */
export function tryLoad({ path, model }: ModelFile & { readonly model?: Model }): Attempt<Model> {
  try {
    return complete(model ?? loadModel(path).model);
  } catch (error) {
    if (error instanceof UserError) return failed('runtime-rejected', error.message);
    throw error;
  }
}
