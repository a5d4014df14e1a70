/** The driver that measures: ONNX Runtime in a child process, one session at a time on the whole machine. */
import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { type Attempt, complete, failed } from '../../errors/failure.ts';
import { UserError } from '../../errors/user-error.ts';
import { acquireDeviceLock } from '../../host/device-lock.ts';
import { entryUrl } from '../../host/entry.ts';
import { currentLoad, type Whereabouts, whereabouts } from '../../host/environment.ts';
import { loadModel } from '../../host/model-file.ts';
import { type Child, startChild } from '../../runtime/child.ts';
import { type SessionSettings, sessionPart } from '../../runtime/session.ts';
import { leastPairsFor } from '../../stats/latency-statistic.ts';
import { median } from '../../stats/robust.ts';
import { latencyRule, statisticRecord } from '../conditions.ts';
import type { Device, LatencyBudget, ModelFile, PairedLatency } from '../device.ts';
import { causesOf, type Machine } from '../disturbance.ts';
import type { OpenOptions } from '../driver.ts';
import type { SettingsOf } from '../driver-settings.ts';
import type { Energy, Span } from '../energy/energy.ts';
import { type CountedSession, energyOfSessions } from '../energy/metered.ts';
import { energyFromPower, startPower } from '../energy/power.ts';
import type { Misfit } from '../free-dimensions.ts';
import { judge } from '../judge.ts';
import { lookAround } from '../look.ts';
import { type MeasuredSessions, measureSessions } from '../measure.ts';
import type { HardwareProfile } from '../profile.ts';
import { tryLoad } from '../try-load.ts';
import { waitingText } from '../wording.ts';
import type { Profiled, Remembered, Request, Sampled, TimedSettings } from './messages.ts';
import { profiledNodeTimes } from './node-times.ts';
import { peakMemoryOf } from './peak-memory.ts';
import { requirePrecision } from './require-precision.ts';
import { requireSettings } from './require-settings.ts';

/** What the native side leaks per pair of sessions is bounded by starting afresh after this many. */
const recycleAfter = 50;
/** Loading, optimising and warming up two models; the sampling itself has its own limit. */
const loadAllowanceMs = 180_000;
/** A tail takes so many pairs that they set the time; a pair that takes longer is too slow for one. */
const slowestPairMs = 1000;
/** The profiler slows a model down, and is asked for some dozens of calls. */
const profileTimeoutMs = 600_000;

/** Throws a UserError when the provider of the profile is not there. */
export async function openOnnxruntime(
  session: SettingsOf<'onnxruntime'>,
  profile: HardwareProfile,
  options: OpenOptions,
): Promise<Device> {
  await requireSettings(session, `open the device "${profile.name}"`);
  const child = startChild({ entry: entryUrl('entry', import.meta.url), recycleAfter });
  const closing = new AbortController();
  const { signal } = closing;
  const settings = timedSettings(session, profile);
  const machine = machineOf(session);
  const checked = new Set<string>();
  const check = (reference: ModelFile): void => {
    if (profile.precision !== 'float16' || checked.has(reference.sha256)) return;
    requirePrecision(loadModel(reference.path).model, profile);
    checked.add(reference.sha256);
  };

  /** One request at a time on the whole machine; another process may take its turn in between. */
  const ask = async <T extends Answer>(to: Child, request: Request, timeoutMs: number): Promise<Attempt<T>> => {
    const lock = await acquireDeviceLock(session.provider, {
      signal,
      ...(options.onWait ? { onWait: options.onWait } : {}),
      ...(options.lockDir ? { folder: options.lockDir } : {}),
    });
    if (!lock) return interrupted;
    try {
      const answer = await to.request<T | Misfit>(request, timeoutMs);
      if (answer.state === 'failed') return answer;
      if (answer.value.kind === 'misfit') throw new UserError(answer.value.problem, answer.value.wayOut);
      return complete(answer.value);
    } finally {
      lock.release();
    }
  };

  const latency: Device['latency'] = async (candidate, reference, budget) => {
    if (signal.aborted) return interrupted;
    check(reference);
    const start = performance.now();
    const where = whereabouts();
    const quietMs = budget.quietReferenceMs?.[where.environment.cpuModel] ?? null;
    const tailMs = (slowestPairMs * leastPairsFor(budget.statistic ?? 'median')) / Math.max(1, budget.sessions ?? 1);
    const timeoutMs = options.timeoutMs ?? 3 * budget.maxMs + loadAllowanceMs + tailMs;
    const { warmup } = profile.latencyBudget;
    let timerResolutionMs = 0;
    const { spinning = true } = budget;
    const meter = profile.power ? startPower(profile.power) : null;
    const sessions: TimedEnergy[] = [];
    const asked = { do: 'pair', candidate, reference, settings, spinning } as const;
    const answer = await measureSessions(
      {
        session: async plan => {
          const taken = await ask<Sampled>(child, { ...asked, plan: { ...plan, warmup } }, timeoutMs);
          if (taken.state === 'failed') return taken;
          const { pairs, strain } = taken.value;
          timerResolutionMs = taken.value.timerResolutionMs;
          const slowdown = quietMs === null ? null : median(pairs.referenceSamplesMs) / quietMs;
          const causes = causesOf(strain, machine, slowdown);
          sessions.push({ ...taken.value, good: causes.length === 0 });
          return complete({ ...pairs, causes });
        },
        look: () => lookAround(machine, signal),
        now: () => performance.now(),
        sleep: ms => delay(ms, undefined, { signal }).catch(() => {}),
        waiting: (causes, leftMs) => options.onWait?.(waitingText(causes, leftMs)),
        aborted: () => signal.aborted,
      },
      budget,
    ).finally(() => meter?.stop());
    if (answer.state === 'failed') return answer;
    const energy = energyOf(sessions, answer.value, meter?.readings);
    if (energy === undefined && meter && meter.readings.length === 0)
      options.onWait?.(`No power is known: "${profile.power?.command[0]}" printed none (${meter.why()}).`);
    const wallMs = performance.now() - start;
    // How busy it was is asked at the end, when what ran meanwhile has told on it.
    return complete({
      ...pairedLatency(answer.value, budget, quietMs, timerResolutionMs, wallMs, { ...where, load: currentLoad() }),
      ...(energy ? { energy } : {}),
    });
  };

  return {
    driver: session.kind,
    exact: false,
    latency,
    nodeTimes: async (file, runs) => {
      if (signal.aborted) return interrupted;
      const loaded = tryLoad(file);
      if (loaded.state === 'failed') return loaded;
      const { path } = file;
      const { nodes } = loaded.value.graph;
      return profiledNodeTimes({ path, nodes, settings }, runs, request =>
        ask<Profiled>(child, request, profileTimeoutMs),
      );
    },
    peakMemory: async ({ path }) => {
      if (signal.aborted) return interrupted;
      const timeoutMs = options.timeoutMs ?? loadAllowanceMs;
      return peakMemoryOf(path, settings, signal, (fresh, request) => ask<Remembered>(fresh, request, timeoutMs));
    },
    close: async () => {
      closing.abort();
      await child.close();
    },
  };
}

/** What one session says of energy. */
interface TimedEnergy {
  readonly span: Span;
  readonly energy?: CountedSession;
  readonly good: boolean;
}

/** From the good sessions, where there are any; a meter of the profile goes before the processor's own counters. */
function energyOf(
  all: readonly TimedEnergy[],
  { candidateMs, referenceMs }: MeasuredSessions,
  readings: Parameters<typeof energyFromPower>[0] | undefined,
): Energy | undefined {
  const good = all.filter(session => session.good);
  const sessions = good.length > 0 ? good : all;
  const spans = sessions.map(({ span }) => span);
  return readings
    ? energyFromPower(readings, { spans, ms: candidateMs }, { spans, ms: referenceMs }, true)
    : energyOfSessions(sessions.flatMap(({ energy }) => energy ?? []));
}

type Answer = Sampled | Profiled | Remembered;

const interrupted = failed('interrupted', 'the device was closed');

/** An accelerator computes elsewhere: what keeps the host's cores busy hardly touches it. */
const machineOf = ({ provider, threads }: SessionSettings): Machine => ({
  cores: availableParallelism(),
  threads: provider === 'cpu' || provider === 'xnnpack' ? threads : 1,
});

function pairedLatency(
  measured: MeasuredSessions,
  { statistic }: LatencyBudget,
  quietMs: number | null,
  timerResolutionMs: number,
  wallMs: number,
  where: Whereabouts,
): PairedLatency {
  const { sessionPairs, pairsLeftOut, waitedMs, causes, ...figures } = measured;
  const slowdown = quietMs === null ? null : median(measured.referenceSamplesMs) / quietMs;
  const record = statisticRecord(statistic, measured.referenceSamplesMs);
  return {
    ...figures,
    conditions: { rule: latencyRule, sessionPairs, pairsLeftOut, waitedMs, slowdown, causes, ...record },
    warnings: judge({ ...measured, timerResolutionMs }),
    wallMs,
    ...where,
  };
}

const timedSettings = (session: SessionSettings, { batchSize, inputShape }: HardwareProfile): TimedSettings => ({
  ...sessionPart(session),
  batchSize,
  inputShape,
});
