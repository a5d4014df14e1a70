/** In the child process: runs a model under the runtime's own profiler. */
import { type Attempt, complete } from '../../errors/failure.ts';
import { rejection } from '../../errors/runtime-error.ts';
import { openModelSession } from '../../runtime/open-session.ts';
import { randomFeeds } from './inputs.ts';
import type { ProfileAnswer, Request } from './messages.ts';
import { timeCall, timedSessionOptions } from './session.ts';

/** The trace is on disk when this returns, at the request's prefix followed by a time and `.json`. */
export async function runProfiled(request: Extract<Request, { do: 'profile' }>): Promise<Attempt<ProfileAnswer>> {
  const { path, settings, warmup, runs, tracePrefix } = request;
  const options = { ...timedSessionOptions(settings), enableProfiling: true, profileFilePrefix: tracePrefix };
  const opened = await openModelSession(path, options, 'cannot load the model');
  if (opened.state === 'failed') return opened;
  const session = opened.value;
  try {
    const feeds = randomFeeds(session, settings);
    if (feeds.kind === 'misfit') return complete({ ...feeds, problem: `Cannot profile the model: ${feeds.problem}.` });
    const runsMs: number[] = [];
    for (let i = 0; i < warmup + runs; i++) runsMs.push(await timeCall(session, feeds));
    session.endProfiling();
    return complete({ kind: 'profiled', runsMs: runsMs.slice(warmup) });
  } catch (error) {
    return rejection('cannot run the model', error);
  } finally {
    await session.release();
  }
}
