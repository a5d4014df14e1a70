/** Runs a model over calibration images in this process and gives back what it says of each batch. */
import { type Attempt, complete, failed } from '../errors/failure.ts';
import { rejection } from '../errors/runtime-error.ts';
import type { BatchKeeper } from '../images/batches.ts';
import { imageBatches } from '../images/image-batches.ts';
import { modelInterface } from '../runtime/model-interface.ts';
import { Tensor } from '../runtime/onnxruntime.ts';
import { openModelSession } from '../runtime/open-session.ts';
import { sessionOptions, tensorDescription } from '../runtime/session-options.ts';
import type { ProbeAnswer, ProbeRequest } from './probe-messages.ts';

export async function runProbe(request: ProbeRequest, keeper: BatchKeeper): Promise<Attempt<ProbeAnswer>> {
  const start = performance.now();
  const opened = await openModelSession(request.model, sessionOptions(request.session));
  if (opened.state === 'failed') return opened;
  const session = opened.value;
  try {
    const described = modelInterface(
      session.inputMetadata.map(tensorDescription),
      session.outputMetadata.map(tensorDescription),
    );
    if (described.state === 'failed') return described;
    const { input } = described.value;
    const answers: ProbeAnswer['batches'][number][] = [];
    for (const batch of imageBatches(keeper, request.images, input, request.batch, 'leave out')) {
      const fed = { [input.name]: new Tensor(input.type, batch.data, batch.dims) };
      const found = await session.run(fed, [...request.outputs]);
      const values = request.outputs.map(name => Float32Array.from(found[name]!.data as Float32Array));
      if (values.some(each => each.some(value => !Number.isFinite(value)))) {
        return failed('not-finite', `a value over batch ${batch.index + 1} of ${batch.of} is NaN or infinite`);
      }
      answers.push({ images: batch.to - batch.from, values });
    }
    return complete({ batches: answers, wallMs: performance.now() - start });
  } catch (error) {
    return rejection('the runtime cannot run the model', error);
  } finally {
    await session.release();
  }
}
