/** Sessions of ONNX Runtime as a hardware profile wants them. */
import { type Attempt, complete } from '../../errors/failure.ts';
import { rejection } from '../../errors/runtime-error.ts';
import { InferenceSession } from '../../workers/onnxruntime.ts';
import type { Feeds } from './inputs.ts';
import type { SessionSettings } from './messages.ts';

export function sessionOptions(settings: SessionSettings): InferenceSession.SessionOptions {
  return {
    executionProviders: [settings.provider],
    intraOpNumThreads: settings.threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: settings.graphOptimization,
    logSeverityLevel: 3,
    // Threads that spin while they wait take the cores from the other session: 17 ms reads as 38 (ResNet-18, 2 cores).
    extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
  };
}

/** `what` names the model in the reason ("the candidate"). */
export async function openSession(
  path: string,
  what: string,
  options: InferenceSession.SessionOptions,
): Promise<Attempt<InferenceSession>> {
  try {
    return complete(await InferenceSession.create(path, options));
  } catch (error) {
    return rejection(`cannot load ${what}`, error);
  }
}

/** Wall time of one call in milliseconds. */
export async function timeCall(session: InferenceSession, { feeds }: Feeds): Promise<number> {
  const start = performance.now();
  await session.run(feeds);
  return performance.now() - start;
}
