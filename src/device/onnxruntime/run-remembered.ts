/** In a fresh child process: loads a model, runs it, and tells what that added to the peak of the resident memory. */
import { type Attempt, complete, failed } from '../../errors/failure.ts';
import { rejection } from '../../errors/runtime-error.ts';
import { openModelSession } from '../../runtime/open-session.ts';
import { randomFeeds } from './inputs.ts';
import type { MemoryAnswer, Request } from './messages.ts';
import { probe } from './probe.ts';
import { addedSince, markMemory } from './process-memory.ts';
import { timedSessionOptions } from './session.ts';
import { settleMemory } from './settle-memory.ts';

export async function runRemembered({
  path,
  settings,
  runs,
}: Extract<Request, { do: 'memory' }>): Promise<Attempt<MemoryAnswer>> {
  // What the runtime takes for itself is there before the model comes.
  const works = await probe(settings.provider);
  if (works.state === 'failed') return works;
  const held = await settleMemory();
  const mark = markMemory();
  const opened = await openModelSession(path, timedSessionOptions(settings), 'cannot load the model');
  if (opened.state === 'failed') return opened;
  const session = opened.value;
  try {
    const feeds = randomFeeds(session, settings);
    if (feeds.kind === 'misfit')
      return complete({ ...feeds, problem: `Cannot take the memory of the model: ${feeds.problem}.` });
    for (let i = 0; i < runs; i++) await session.run(feeds.feeds);
    const addedKib = addedSince(mark);
    held.length = 0;
    if (addedKib === null)
      return failed(
        'runtime-rejected',
        'its peak memory is not known: it is below what the process took to start, and this system does not set that back',
      );
    return complete({ kind: 'remembered', addedKib });
  } catch (error) {
    return rejection('cannot run the model', error);
  } finally {
    await session.release();
  }
}
