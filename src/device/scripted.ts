/** A device whose latencies are computed: the same models give the same numbers. For planning and for tests. */
import { type Attempt, complete, failed } from '../errors/failure.ts';
import { type Environment, type Whereabouts, whereabouts } from '../host/environment.ts';
import type { Model } from '../onnx/graph.ts';
import { undisturbed } from './conditions.ts';
import type { Device, ModelFile, PairedLatency, PeakMemory } from './device.ts';
import type { NodeTiming, NodeTimings } from './node-times.ts';
import { latencyFigures } from './summary.ts';

/** Milliseconds of one call of a model, or why it cannot be run. */
export type LatencyOf = (model: ModelFile) => Attempt<number> | Promise<Attempt<number>>;

export interface Script {
  /** `scripted` by default. */
  readonly driver?: string;
  /** Of the machine that it plays; by default this one, where it is computed. */
  readonly environment?: Environment;
  /** 0 by default: nothing is in the way of a script. */
  readonly load?: number;
  /** False to play a machine that measures and happens to have no noise; true by default. */
  readonly exact?: boolean;
  /** Times of all nodes of a model; without it the device cannot tell. */
  readonly nodesOf?: (model: ModelFile & { readonly model?: Model }) => Attempt<readonly NodeTiming[]>;
  /** Peak memory of a model in KiB; without it the device cannot tell. */
  readonly memoryOf?: (model: ModelFile) => Attempt<number> | Promise<Attempt<number>>;
}

/** A device on which a call of `model` takes exactly `latencyOf(model)`. */
export function scriptedDevice(latencyOf: LatencyOf, script: Script = {}): Device {
  const { driver = 'scripted', exact = true, nodesOf, memoryOf } = script;
  const closedDevice = failed('interrupted', 'the device was closed');
  const where = (): Whereabouts => ({
    environment: script.environment ?? whereabouts().environment,
    load: script.load ?? 0,
  });
  let closed = false;
  const latency: Device['latency'] = async (candidate, reference) => {
    if (closed) return closedDevice;
    const referenceMs = await latencyOf(reference);
    if (referenceMs.state === 'failed') return referenceMs;
    const candidateMs = await latencyOf(candidate);
    if (candidateMs.state === 'failed') return candidateMs;
    const played = exact ? exactLatency : steadyLatency;
    return complete(played(candidateMs.value, referenceMs.value, where()));
  };
  const nodeTimes: Device['nodeTimes'] = async (model): Promise<Attempt<NodeTimings>> => {
    if (closed || !nodesOf) return closedDevice;
    const nodes = nodesOf(model);
    if (nodes.state === 'failed') return nodes;
    return complete({ nodes: nodes.value, overhead: [], runMs: nodes.value.reduce((sum, { ms }) => sum + ms, 0) });
  };
  const peakMemory = async (model: ModelFile): Promise<Attempt<PeakMemory>> => {
    if (closed || !memoryOf) return closedDevice;
    const kib = await memoryOf(model);
    return kib.state === 'failed' ? kib : complete({ samplesKib: [kib.value], wallMs: 0, ...where() });
  };
  return {
    driver,
    exact,
    latency,
    ...(nodesOf ? { nodeTimes } : {}),
    ...(memoryOf ? { peakMemory } : {}),
    close: async () => {
      closed = true;
    },
  };
}

/** A latency that is known and not sampled: one sample each, an interval without width. */
export function exactLatency(
  candidateMs: number,
  referenceMs: number,
  where: Whereabouts = { ...whereabouts(), load: 0 },
): PairedLatency {
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
    ...where,
  };
}

const sessions = 5;
const pairs = 5;

/** As a machine gives it whose calls all take the same time: the interval holds what differs between measurements. */
function steadyLatency(candidateMs: number, referenceMs: number, where: Whereabouts): PairedLatency {
  const taken = {
    candidateSamplesMs: Array<number>(sessions * pairs).fill(candidateMs),
    referenceSamplesMs: Array<number>(sessions * pairs).fill(referenceMs),
  };
  const sessionPairs = Array<number>(sessions).fill(pairs);
  const { sampling: _sampling, ...figures } = latencyFigures(taken, sessionPairs, 'good');
  return {
    ...figures,
    ...taken,
    quality: 'good',
    conditions: { ...undisturbed(pairs), sessionPairs },
    endedBy: 'interval',
    warnings: [],
    wallMs: 0,
    ...where,
  };
}
