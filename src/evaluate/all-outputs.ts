/** What a network gives for every image, in this process, to be judged elsewhere. */
import { type Attempt, complete, failed } from '../errors/failure.ts';
import type { BatchKeeper } from '../images/batches.ts';
import { openFeeds } from '../images/feeds.ts';
import { openModelSession } from '../runtime/open-session.ts';
import { sessionOptions, tensorDescription } from '../runtime/session-options.ts';
import { tensorsOf } from '../runtime/tensors-of.ts';
import type { ImageOutputs, OutputsRequest } from './grade-messages.ts';
import { outputsOf } from './run-outputs.ts';

export async function answerOutputs(
  { model, session: settings, images, batch, outputs }: OutputsRequest,
  keeper: BatchKeeper,
): Promise<Attempt<readonly ImageOutputs[]>> {
  const opened = await openModelSession(model, sessionOptions(settings));
  if (opened.state === 'failed') return opened;
  const session = opened.value;
  try {
    const missing = outputs.find(name => !session.outputNames.includes(name));
    if (missing !== undefined) return failed('runtime-rejected', `it has no output "${missing}"`);
    const fed = openFeeds(keeper, images, session.inputMetadata.map(tensorDescription));
    if (fed.state === 'failed') return fed;
    const all: ImageOutputs[] = [];
    for (const { from, to, size, feeds } of fed.value.batches(batch, 'fill up')) {
      const said = await outputsOf(session, tensorsOf(feeds), outputs, size);
      if (said.state === 'failed') return said;
      all.push(...said.value.slice(0, to - from));
    }
    return complete(all);
  } finally {
    await session.release();
  }
}
