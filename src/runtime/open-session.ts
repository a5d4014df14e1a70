/** A session of ONNX Runtime on a model, or why there is none. */
import { type Attempt, complete } from '../errors/failure.ts';
import { rejection } from '../errors/runtime-error.ts';
import { InferenceSession } from './onnxruntime.ts';

/**
 * @param model the path of its file, or its bytes
 * @param doing how the reason begins
 */
export async function openModelSession(
  model: string | Uint8Array,
  options: InferenceSession.SessionOptions,
  doing = 'the runtime cannot load the model',
): Promise<Attempt<InferenceSession>> {
  try {
    const opened =
      typeof model === 'string' ? InferenceSession.create(model, options) : InferenceSession.create(model, options);
    return complete(await opened);
  } catch (error) {
    return rejection(doing, error);
  }
}
