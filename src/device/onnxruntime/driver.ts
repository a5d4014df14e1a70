/** The driver that measures: ONNX Runtime in a child process, one session at a time on the whole machine. */
import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { type Attempt, complete, failed } from '../../errors/failure.ts';
import { UserError } from '../../errors/user-error.ts';
import { acquireDeviceLock } from '../../host/device-lock.ts';
import { entryUrl } from '../../host/entry.ts';
import { loadModel } from '../../host/model-file.ts';
import { startChild } from '../../runtime/child.ts';
import { median } from '../../stats/robust.ts';
import { latencyRule } from '../conditions.ts';
import type { Device, LatencyBudget, ModelFile, PairedLatency } from '../device.ts';
import { causesOf, type Machine } from '../disturbance.ts';
import type { OpenOptions } from '../driver.ts';
import { judge } from '../judge.ts';
import { lookAround } from '../look.ts';
import { type Measured, measureSessions } from '../measure.ts';
import type { HardwareProfile } from '../profile.ts';
import { requireProvider } from '../providers.ts';
import { waitingText } from '../wording.ts';
import type { PairAnswer, Request, Sampled, TimedSettings } from './messages.ts';
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
  const { signal } = closing;
  const settings = sessionSettings(profile);
  const machine = machineOf(profile);
  const checked = new Set<string>();
  const check = (reference: ModelFile): void => {
    if (profile.precision !== 'float16' || checked.has(reference.sha256)) return;
    requirePrecision(loadModel(reference.path).model, profile);
    checked.add(reference.sha256);
  };

  /** One session at a time on the whole machine; another process may take its turn in between. */
  const sampled = async (request: Request, timeoutMs: number): Promise<Attempt<Sampled>> => {
    const lock = await acquireDeviceLock(profile.provider, {
      signal,
      ...(options.onWait ? { onWait: options.onWait } : {}),
      ...(options.lockDir ? { folder: options.lockDir } : {}),
    });
    if (!lock) return interrupted;
    try {
      const answer = await child.request<PairAnswer>(request, timeoutMs);
      if (answer.state === 'failed') return answer;
      if (answer.value.kind === 'misfit') throw new UserError(answer.value.problem, answer.value.wayOut);
      return complete(answer.value);
    } finally {
      lock.release();
    }
  };

  return {
    driver: 'onnxruntime',
    latency: async (candidate, reference, budget): Promise<Attempt<PairedLatency>> => {
      if (signal.aborted) return interrupted;
      check(reference);
      const start = performance.now();
      const timeoutMs = options.timeoutMs ?? 3 * budget.maxMs + loadAllowanceMs;
      const { warmup } = profile.latencyBudget;
      let timerResolutionMs = 0;
      const { spinning = true } = budget;
      const asked = { do: 'pair', candidate, reference, settings, spinning } as const;
      const answer = await measureSessions(
        {
          session: async plan => {
            const request = { ...asked, plan: { ...plan, warmup } };
            const session = await sampled(request, timeoutMs);
            if (session.state === 'failed') return session;
            const { pairs, strain } = session.value;
            timerResolutionMs = session.value.timerResolutionMs;
            const quietMs = budget.quietReferenceMs ?? null;
            const slowdown = quietMs === null ? null : median(pairs.referenceSamplesMs) / quietMs;
            return complete({ ...pairs, causes: causesOf(strain, machine, slowdown) });
          },
          look: () => lookAround(machine, signal),
          now: () => performance.now(),
          sleep: ms => delay(ms, undefined, { signal }).catch(() => {}),
          waiting: (causes, leftMs) => options.onWait?.(waitingText(causes, leftMs)),
          aborted: () => signal.aborted,
        },
        budget,
      );
      return answer.state === 'failed'
        ? answer
        : complete(pairedLatency(answer.value, budget, { timerResolutionMs, wallMs: performance.now() - start }));
    },
    close: async () => {
      closing.abort();
      await child.close();
    },
  };
}

const interrupted = failed('interrupted', 'the device was closed');

/** An accelerator computes elsewhere: what keeps the host's cores busy hardly touches it. */
const machineOf = ({ provider, threads }: HardwareProfile): Machine => ({
  cores: availableParallelism(),
  threads: provider === 'cpu' || provider === 'xnnpack' ? threads : 1,
});

function pairedLatency(
  measured: Measured,
  { quietReferenceMs }: LatencyBudget,
  { timerResolutionMs, wallMs }: { readonly timerResolutionMs: number; readonly wallMs: number },
): PairedLatency {
  const { sessionPairs, pairsLeftOut, waitedMs, causes, ...figures } = measured;
  const slowdown = quietReferenceMs == null ? null : measured.referenceMs / quietReferenceMs;
  return {
    ...figures,
    conditions: { rule: latencyRule, sessionPairs, pairsLeftOut, waitedMs, slowdown, causes },
    warnings: judge({ ...measured, timerResolutionMs }),
    wallMs,
  };
}

export const sessionSettings = (profile: HardwareProfile): TimedSettings => ({
  provider: profile.provider,
  threads: profile.threads,
  graphOptimization: profile.graphOptimization,
  batchSize: profile.batchSize,
  inputShape: profile.inputShape,
});
