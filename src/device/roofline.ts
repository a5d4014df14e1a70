/** A device that is computed from a hardware profile instead of measured: for planning, and for tests of everything above. */

import { called } from '../decompose/sites/unknown-size.ts';
import { type Attempt, complete } from '../errors/failure.ts';
import { UserError } from '../errors/user-error.ts';
import { isCounted, nodeCosts } from '../onnx/cost.ts';
import { type Functions, functionsOf } from '../onnx/functions.ts';
import type { Model, Node } from '../onnx/graph.ts';
import { lossOf } from '../onnx/lost-size.ts';
import { inferValues, shapesOf } from '../onnx/shapes.ts';
import { bodiesOf } from '../onnx/subgraph.ts';
import type { Device, ModelFile } from './device.ts';
import { resolveSizes } from './free-dimensions.ts';
import { nodeTiming } from './node-times.ts';
import type { HardwareProfile } from './profile.ts';
import { type RooflineParameters, rooflineTimes } from './roofline-time.ts';
import { scriptedDevice } from './scripted.ts';
import { tryLoad } from './try-load.ts';

/**
 * Milliseconds by the name of each node's first output.
 *
 * @throws UserError when model and profile do not fit, or the work of a node cannot be computed
 */
export function rooflineNodeTimes(
  model: Model,
  settings: RooflineParameters,
  profile: HardwareProfile,
): ReadonlyMap<string, number> {
  const { graph, opsets } = model;
  const sizes = resolveSizes(
    graph.inputs.map(({ name, shape }) => ({ name, shape: shape ?? [] })),
    profile,
  );
  if (sizes.kind === 'misfit') throw new UserError(`Cannot time the model: ${sizes.problem}.`, sizes.wayOut);
  const functions = functionsOf(model.source);
  const hidden = graph.nodes.find(node => holdsMore(node, functions));
  if (hidden) throw notComputed(profile, `${called(hidden)} holds layers whose work is not counted`);
  const values = inferValues(graph, opsets, sizes.free);
  const shapes = shapesOf(values);
  const costs = nodeCosts(model, shapes);
  const bytesPerElement = profile.precision === 'float16' ? 2 : 4;
  const times = rooflineTimes(model, shapes, output => costs.get(output)?.macs ?? 0, settings, bytesPerElement);
  if (typeof times !== 'string') return times;
  const loss = lossOf(graph, values, times);
  const where = loss?.kind === 'node' ? `, which is lost at ${called(loss.node)}` : '';
  throw notComputed(profile, `the size of the value "${times}" cannot be inferred${where}`);
}

/** Whether a node runs layers that the graph does not show. */
const holdsMore = (node: Node, { multiplies }: Functions): boolean =>
  bodiesOf(node).operators.some(multiplies) || (!isCounted(node) && multiplies(node));

const notComputed = ({ name }: HardwareProfile, why: string): UserError =>
  new UserError(
    `Cannot compute latencies for "${name}" by the roofline model: ${why}.`,
    'Set driver: onnxruntime in the hardware profile, which measures whatever the model holds.',
  );

/** It computes here, whatever machine it is of: so its environment is this host's. */
export async function openRoofline(settings: RooflineParameters, profile: HardwareProfile): Promise<Device> {
  const known = new Map<string, number>();
  const latencyOf = (file: ModelFile): Attempt<number> => {
    const before = known.get(file.sha256);
    if (before !== undefined) return complete(before);
    const loaded = tryLoad(file);
    if (loaded.state === 'failed') return loaded;
    const times = rooflineNodeTimes(loaded.value, settings, profile);
    const totalMs = [...times.values()].reduce((sum, ms) => sum + ms, 0);
    known.set(file.sha256, totalMs);
    return complete(totalMs);
  };
  return scriptedDevice(latencyOf, {
    driver: profile.driver.kind,
    nodesOf: file => {
      const loaded = tryLoad(file);
      if (loaded.state === 'failed') return loaded;
      const times = rooflineNodeTimes(loaded.value, settings, profile);
      const { nodes } = loaded.value.graph;
      return complete(nodes.map((node, index) => nodeTiming(node, index, times.get(node.outputs[0] ?? '') ?? 0)));
    },
  });
}
