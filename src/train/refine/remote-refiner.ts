/** A refinement in a child process: what is native blocks its thread there, and may crash there. */
import { type Attempt, complete, type Failure } from '../../errors/failure.ts';
import { UserError } from '../../errors/user-error.ts';
import { entryUrl } from '../../host/entry.ts';
import { startChild } from '../../runtime/child.ts';
import type { RunnerAnswer } from '../runner/messages.ts';
import type { RefineCommand } from './refine-messages.ts';
import type { Refiner, RefinerInfo, RefineSetup } from './refiner.ts';

/** One pass over some hundred images that has not ended by then hangs. */
const patienceMs = 3_600_000;

/** @throws UserError for networks that cannot be refined */
export async function startRefiner(setup: RefineSetup): Promise<Attempt<Refiner>> {
  const child = startChild({ entry: entryUrl('refine-child', import.meta.url) });
  let gone: Failure | null = null;
  const ask = async <T>(command: RefineCommand): Promise<Attempt<T>> => {
    if (gone) return gone;
    const answer = await child.request<RunnerAnswer>(command, patienceMs);
    if (answer.state === 'failed') {
      gone = answer;
      return answer;
    }
    if (answer.value.kind === 'refused') throw new UserError(answer.value.problem, answer.value.wayOut);
    return complete(answer.value.value as T);
  };
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
