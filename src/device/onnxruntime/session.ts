/** Sessions of ONNX Runtime as a hardware profile wants them. */
import { InferenceSession } from 'onnxruntime-node';
import { type Attempt, complete, type Failure, failed } from '../../errors/failure.ts';
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

/** What the runtime threw, as a failure; an allocation that failed is told apart. */
export function rejection(doing: string, error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  const line = message.split('\n')[0]?.slice(0, 400) ?? '';
  const memory = /bad_alloc|bad allocation|out of memory|failed to allocate|cudaErrorMemoryAllocation/i.test(message);
  return failed(memory ? 'out-of-memory' : 'runtime-rejected', `${doing}: ${line}`);
}
