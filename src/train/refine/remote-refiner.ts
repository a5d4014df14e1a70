/** A refinement in a child process: what is native blocks its thread there, and may crash there. */
import { type Attempt, complete } from '../../errors/failure.ts';
import { entryUrl } from '../../host/entry.ts';
import { startChild } from '../../runtime/child.ts';
import { asker } from '../runner/asker.ts';
import type { RefineCommand } from './refine-messages.ts';
import type { Refiner, RefinerInfo, RefineSetup } from './refiner.ts';

/** One pass over some hundred images that has not ended by then hangs. */
const patienceMs = 3_600_000;

/** @throws UserError for networks that cannot be refined */
export async function startRefiner(setup: RefineSetup): Promise<Attempt<Refiner>> {
  const child = startChild({ entry: entryUrl('refine-child', import.meta.url) });
  const ask = asker<RefineCommand>(child, patienceMs);
  try {
    const opened = await ask<RefinerInfo>({ do: 'open', setup });
    if (opened.state === 'failed') {
      await child.close();
      return opened;
    }
    return complete({
      info: opened.value,
      epoch: learningRates => ask({ do: 'epoch', learningRates }),
      score: () => ask({ do: 'score' }),
      keep: () => ask({ do: 'keep' }),
      restore: () => ask({ do: 'restore' }),
      kept: () => ask({ do: 'kept' }),
      close: () => child.close(),
    });
  } catch (error) {
    await child.close();
    throw error;
  }
}
