/** The driver that measures: ONNX Runtime in a child process, one measurement at a time on the whole machine. */
import { type Attempt, complete, failed } from '../../errors/failure.ts';
import { UserError } from '../../errors/user-error.ts';
import { startChild } from '../../workers/child.ts';
import { acquireDeviceLock } from '../../workers/device-lock.ts';
import { entryUrl } from '../../workers/entry.ts';
import { loadModel } from '../../workers/model-file.ts';
import type { Device, ModelFile, PairedLatency } from '../device.ts';
import type { OpenOptions } from '../open.ts';
import type { HardwareProfile } from '../profile.ts';
import { requireProvider } from '../providers.ts';
import { longestMs } from '../sampling.ts';
import type { PairAnswer, Request, SessionSettings } from './messages.ts';
import { requirePrecision } from './require-precision.ts';

/** What the native side leaks per pair of sessions is bounded by starting afresh after this many. */
const recycleAfter = 50;
/** Loading, optimising and warming up two models; the sampling itself has its own limit. */
const loadAllowanceMs = 180_000;

/** Throws a UserError when the provider of the profile is not there. */
export async function openOnnxruntime(profile: HardwareProfile, options: OpenOptions): Promise<Device> {
  await requireProvider(profile.provider, `open the device "${profile.name}"`, 'Set provider to');
  const child = startChild({ entry: entryUrl('entry', import.meta.url), recycleAfter });
  const closing = new AbortController();
  const settings = sessionSettings(profile);
  const checked = new Set<string>();
  const check = (reference: ModelFile): void => {
    if (profile.precision !== 'float16' || checked.has(reference.sha256)) return;
    requirePrecision(loadModel(reference.path).model, profile);
    checked.add(reference.sha256);
  };

  return {
    driver: 'onnxruntime',
    latency: async (candidate, reference, budget): Promise<Attempt<PairedLatency>> => {
      const interrupted = failed('interrupted', 'the device was closed');
      if (closing.signal.aborted) return interrupted;
      check(reference);
      const lock = await acquireDeviceLock(profile.provider, {
        signal: closing.signal,
        ...(options.onWait ? { onWait: options.onWait } : {}),
        ...(options.lockDir ? { folder: options.lockDir } : {}),
      });
      if (!lock) return interrupted;
      try {
        const { warmup } = profile.latencyBudget;
        const request: Request = { do: 'pair', candidate, reference, settings, budget, warmup };
        const timeoutMs = options.timeoutMs ?? longestMs(budget) + loadAllowanceMs;
        const answer = await child.request<PairAnswer>(request, timeoutMs);
        if (answer.state === 'failed') return answer;
        if (answer.value.kind === 'misfit') throw new UserError(answer.value.problem, answer.value.wayOut);
        return complete(answer.value.latency);
      } finally {
        lock.release();
      }
    },
    close: async () => {
      closing.abort();
      await child.close();
    },
  };
}

export const sessionSettings = (profile: HardwareProfile): SessionSettings => ({
  provider: profile.provider,
  threads: profile.threads,
  graphOptimization: profile.graphOptimization,
  batchSize: profile.batchSize,
  inputShape: profile.inputShape,
});
