/** A device that is computed from a hardware profile instead of measured: for planning, and for tests of everything above. */
import { type Attempt, complete, failed } from '../errors/failure.ts';
import { UserError } from '../errors/user-error.ts';
import { nodeCosts } from '../onnx/cost.ts';
import type { Model } from '../onnx/graph.ts';
import { inferShapes } from '../onnx/shapes.ts';
import { loadModel } from '../workers/model-file.ts';
import type { Device, ModelFile } from './device.ts';
import { resolveSizes } from './free-dimensions.ts';
import type { HardwareProfile } from './profile.ts';
import { rooflineTimes } from './roofline-time.ts';
import { scriptedDevice } from './scripted.ts';

/** Milliseconds by the name of each node's first output. Throws a UserError when model and profile do not fit. */
export function rooflineNodeTimes(model: Model, profile: HardwareProfile): Attempt<ReadonlyMap<string, number>> {
  const { graph, opsets } = model;
  if (!profile.roofline)
    throw new UserError(
      `Cannot compute latencies for "${profile.name}": expected the key "roofline" in the hardware profile, found nothing.`,
      'Add roofline: { peakMacsPerSecond: ..., bandwidthBytesPerSecond: ... }.',
    );
  const sizes = resolveSizes(
    graph.inputs.map(({ name, shape }) => ({ name, shape: shape ?? [] })),
    profile,
  );
  if (sizes.kind === 'misfit') throw new UserError(`Cannot time the model: ${sizes.problem}.`, sizes.wayOut);
  const shapes = inferShapes(graph, opsets, sizes.free);
  const costs = nodeCosts(model, shapes);
  const bytesPerElement = profile.precision === 'float16' ? 2 : 4;
  const times = rooflineTimes(model, shapes, output => costs.get(output)?.macs ?? 0, profile.roofline, bytesPerElement);
  if (typeof times === 'string')
    return failed('runtime-rejected', `the size of the value "${times}" cannot be inferred`);
  return complete(times);
}

export async function openRoofline(profile: HardwareProfile): Promise<Device> {
  const known = new Map<string, number>();
  return scriptedDevice((file: ModelFile): Attempt<number> => {
    const before = known.get(file.sha256);
    if (before !== undefined) return complete(before);
    const loaded = tryLoad(file);
    if (loaded.state === 'failed') return loaded;
    const times = rooflineNodeTimes(loaded.value, profile);
    if (times.state === 'failed') return times;
    const totalMs = [...times.value.values()].reduce((sum, ms) => sum + ms, 0);
    known.set(file.sha256, totalMs);
    return complete(totalMs);
  }, 'roofline');
}

/** A file that is no model is a failure of the trial here, as it is when a runtime refuses it. */
function tryLoad(file: ModelFile): Attempt<Model> {
  try {
    return complete(loadModel(file.path).model);
  } catch (error) {
    if (error instanceof UserError) return failed('runtime-rejected', error.message);
    throw error;
  }
}
