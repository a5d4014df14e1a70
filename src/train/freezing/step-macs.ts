/** What a training step costs on paper, for a set of trainable weights. */

import { nodeCosts } from '../../onnx/cost.ts';
import type { Model, Node, Shape } from '../../onnx/graph.ts';
import { inferShapes } from '../../onnx/shapes.ts';

export interface StepMacs {
  /** Multiply-accumulates for one image. */
  readonly forward: number;
  /** Of the gradients that flow on to earlier layers. */
  readonly inputGradients: number;
  readonly weightGradients: number;
  readonly total: number;
}

/**
 * Each gradient of a node that multiplies by a weight costs as much as the node itself: one with respect to the weight where that is
 * trained, one with respect to the input where anything trained lies before it. All else (norms, activations, the update) is
 * not counted.
 */
export function stepMacs(model: Model, trainable: ReadonlySet<string>): StepMacs {
  const { graph, opsets } = model;
  const free = graph.inputs.flatMap(({ shape }) => (typeof shape?.[0] === 'string' ? [[shape[0], 1] as const] : []));
  const shapes: ReadonlyMap<string, Shape> = inferShapes(graph, opsets, Object.fromEntries(free));
  const costs = nodeCosts(model, shapes);
  const active = new Set(trainable);
  let [forward, inputGradients, weightGradients] = [0, 0, 0];
  for (const node of graph.nodes) {
    const macs = costOf(node, costs);
    forward += macs;
    const [x = '', w = ''] = node.inputs;
    if (active.has(x)) inputGradients += macs;
    if (active.has(w)) weightGradients += macs;
    if (node.inputs.some(name => active.has(name))) for (const name of node.outputs) active.add(name);
  }
  return { forward, inputGradients, weightGradients, total: forward + inputGradients + weightGradients };
}

const costOf = ({ outputs }: Node, costs: ReturnType<typeof nodeCosts>): number =>
  costs.get(outputs.find(name => name !== '') ?? '')?.macs ?? 0;
