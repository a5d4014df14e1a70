/** Sessions of ONNX Runtime as a hardware profile wants them. */
import type { InferenceSession } from '../../runtime/onnxruntime.ts';
import type { SessionSettings } from '../../runtime/session.ts';
import { providerOf, sessionOptions } from '../../runtime/session-options.ts';
import type { Feeds } from './inputs.ts';

/**
 * By default the runtime's threads go on spinning after a call, and take the cores from the other session: 17 ms reads as 38
 * (ResNet-18, 2 cores). They are told to stop when it ends. Without any spinning, every operator of a call begins by waking its threads:
 * a candidate has more and smaller ones, and a ratio of 0.41 read as 0.46.
 */
const spinsDuringCalls = { force_spinning_stop: '1' };
const neverSpins = { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } };

/**
 * As every session, but that nothing falls back to the CPU: what is timed is the provider.
 *
 * @param spinning false for a latency as versions before sessions were kept took it
 */
export function timedSessionOptions(settings: SessionSettings, spinning = true): InferenceSession.SessionOptions {
  return {
    ...sessionOptions(settings),
    executionProviders: [providerOf(settings)],
    extra: { session: spinning ? spinsDuringCalls : neverSpins, ...settings.sessionOptions?.config },
  };
}

/** Wall time of one call in milliseconds. */
export async function timeCall(session: InferenceSession, { feeds }: Feeds): Promise<number> {
  const start = performance.now();
  await session.run(feeds);
  return performance.now() - start;
}
