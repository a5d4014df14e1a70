/** Runs a model over calibration images in this process and gives back what it says of each batch. */
import { type Attempt, complete, failed } from '../errors/failure.ts';
import { rejection } from '../errors/runtime-error.ts';
import type { BatchKeeper } from '../images/batches.ts';
import { modelInterface } from '../runtime/model-interface.ts';
import { InferenceSession, Tensor } from '../runtime/onnxruntime.ts';
import { sessionOptions, tensorDescription } from '../runtime/session-options.ts';
import type { ProbeAnswer, ProbeRequest } from './probe-messages.ts';

export async function runProbe(request: ProbeRequest, keeper: BatchKeeper): Promise<Attempt<ProbeAnswer>> {
  const start = performance.now();
  let session: InferenceSession;
  try {
    session = await InferenceSession.create(request.model, sessionOptions(request.session));
  } catch (error) {
    return rejection('the runtime cannot load the model', error);
  }
  try {
    const described = modelInterface(
      session.inputMetadata.map(tensorDescription),
      session.outputMetadata.map(tensorDescription),
    );
    if (described.state === 'failed') return described;
    const { input } = described.value;
    const { positions, height, width } = request.images;
    const size = input.batch ?? Math.min(request.batch, positions.length);
    const batches = keeper.open(request.images, input, size);
    const answers: ProbeAnswer['batches'][number][] = [];
    try {
      for (let index = 0; index < batches.count; index++) {
        const count = Math.min(size, positions.length - index * size);
        // A batch that had to be filled up with nothing would count that nothing.
        if (count < size && input.batch !== null) break;
        const data = batches.at(index).subarray(0, count * 3 * height * width);
        const dims = input.layout === 'nchw' ? [count, 3, height, width] : [count, height, width, 3];
        const found = await session.run({ [input.name]: new Tensor(input.type, data, dims) }, [...request.outputs]);
        const values = request.outputs.map(name => Float32Array.from(found[name]!.data as Float32Array));
        if (values.some(each => each.some(value => !Number.isFinite(value)))) {
          return failed('not-finite', `a value over batch ${index + 1} of ${batches.count} is NaN or infinite`);
        }
        answers.push({ images: count, values });
      }
    } catch (error) {
      return rejection('the runtime cannot run the model', error);
    } finally {
      batches.close();
    }
    return complete({ batches: answers, wallMs: performance.now() - start });
  } finally {
    await session.release();
  }
}
