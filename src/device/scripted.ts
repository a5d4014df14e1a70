/** A device whose latencies are computed: the same models give the same numbers. For planning and for tests. */
import { type Attempt, complete, failed } from '../errors/failure.ts';
import { undisturbed } from './conditions.ts';
import type { Device, ModelFile, PairedLatency } from './device.ts';

/** Milliseconds of one call of a model, or why it cannot be run. */
export type LatencyOf = (model: ModelFile) => Attempt<number> | Promise<Attempt<number>>;

/** A device on which a call of `model` takes exactly `latencyOf(model)`. */
export function scriptedDevice(latencyOf: LatencyOf, driver = 'scripted'): Device {
  let closed = false;
  return {
    driver,
    latency: async (candidate, reference): Promise<Attempt<PairedLatency>> => {
      if (closed) return failed('interrupted', 'the device was closed');
      const referenceMs = await latencyOf(reference);
      if (referenceMs.state === 'failed') return referenceMs;
      const candidateMs = await latencyOf(candidate);
      if (candidateMs.state === 'failed') return candidateMs;
      return complete(exactLatency(candidateMs.value, referenceMs.value));
    },
    close: async () => {
      closed = true;
    },
  };
}

/** A latency that is known and not sampled: one sample each, an interval without width. */
export function exactLatency(candidateMs: number, referenceMs: number): PairedLatency {
  const ratio = candidateMs / referenceMs;
  return {
    ratio,
    interval: [ratio, ratio],
    candidateMs,
    referenceMs,
    candidateSamplesMs: [candidateMs],
    referenceSamplesMs: [referenceMs],
    quality: 'good',
    conditions: undisturbed(1),
    endedBy: 'exact',
    warnings: [],
    wallMs: 0,
  };
}
