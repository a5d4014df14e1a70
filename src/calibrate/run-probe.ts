/** Runs a model over calibration images in this process and gives back what it says of each batch. */
import { type Attempt, complete, failed } from '../errors/failure.ts';
import { rejection } from '../errors/runtime-error.ts';
import type { BatchKeeper } from '../images/batches.ts';
import { openFeeds } from '../images/feeds.ts';
import { openModelSession } from '../runtime/open-session.ts';
import { sessionOptions, tensorDescription } from '../runtime/session-options.ts';
import { tensorsOf } from '../runtime/tensors-of.ts';
import type { ProbeAnswer, ProbeRequest } from './probe-messages.ts';

export async function runProbe(request: ProbeRequest, keeper: BatchKeeper): Promise<Attempt<ProbeAnswer>> {
  const start = performance.now();
  const opened = await openModelSession(request.model, sessionOptions(request.session));
  if (opened.state === 'failed') return opened;
  const session = opened.value;
  try {
    const fed = openFeeds(keeper, request.images, session.inputMetadata.map(tensorDescription));
    if (fed.state === 'failed') return fed;
    const answers: ProbeAnswer['batches'][number][] = [];
    for (const batch of fed.value.batches(request.batch, 'leave out')) {
      const found = await session.run(tensorsOf(batch.feeds), [...request.outputs]);
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
