/** BatchNormalization in training, spelt out for execution providers that have only the other form (WebGPU's refuses `training_mode`). */

import { intAttribute } from '../../onnx/attributes.ts';
import { makeNode } from '../../onnx/builder.ts';
import type { Attribute, Model, Node } from '../../onnx/graph.ts';
import { inferShapes } from '../../onnx/shapes.ts';
import { standardDomain } from '../../onnx/versions.ts';
import { gradientBuilder } from '../gradient/builder.ts';

/**
 * Mean and (biased) variance of every channel become reductions in two passes, as (x - mean)^2 loses nothing to cancellation; y is then
 * the form that takes them as given. A node whose input has no known rank stays as it is.
 */
export function speltBatchStatistics(model: Model): Model {
  const { graph } = model;
  const shapes = inferShapes(graph, model.opsets);
  const build = gradientBuilder(graph);
  for (const node of graph.nodes) {
    const [x = '', scale = '', shift = ''] = node.inputs;
    const rank = shapes.get(x)?.length;
    if (!isTraining(node) || rank === undefined) {
      build.put(node);
      continue;
    }
    const [y = '', meanName, varianceName] = node.outputs;
    build.within(y);
    const axes = build.integers(Array.from({ length: rank }, (_, i) => i).filter(axis => axis !== 1));
    const after = build.integers(Array.from({ length: rank - 2 }, (_, i) => i + 1));
    const mean = build.add('ReduceMean', [x, axes], { keepdims: 0 });
    const centred = build.add('Sub', [x, rank > 2 ? build.add('Unsqueeze', [mean, after]) : mean]);
    const variance = build.add('ReduceMean', [build.add('Mul', [centred, centred]), axes], { keepdims: 0 });
    const attributes = new Map<string, Attribute>(
      [...node.attributes].filter(([name]) => name !== 'training_mode' && name !== 'momentum'),
    );
    build.put({ ...node, inputs: [x, scale, shift, mean, variance], outputs: [y], attributes });
    if (meanName) build.put(makeNode(meanName, 'Identity', [mean], [meanName]));
    if (varianceName) build.put(makeNode(varianceName, 'Identity', [variance], [varianceName]));
  }
  return { ...model, graph: { ...graph, nodes: build.nodes(), initializers: build.initializers() } };
}

const isTraining = (node: Node): boolean =>
  node.opType === 'BatchNormalization' &&
  standardDomain(node.domain) === '' &&
  intAttribute(node, 'training_mode', 0) !== 0;
