/** A model with what was built into it, which keeps what an output needs, and the inputs and constants that are read. */
import type { GradientBuilder } from '../../autodiff/gradient/builder.ts';
import type { Model, ValueInfo } from '../../onnx/graph.ts';
import { keepLive } from '../../onnx/live.ts';
import { readsOf } from '../../onnx/subgraph.ts';

export function finishedModel(
  model: Model,
  build: GradientBuilder,
  inputs: readonly ValueInfo[],
  outputs: readonly string[],
): Model {
  const { graph } = model;
  const nodes = keepLive([...graph.nodes, ...build.nodes()], outputs);
  const initializers = build.initializers();
  const read = new Set([...nodes.flatMap(readsOf), ...outputs]);
  for (const name of initializers.keys()) if (!read.has(name)) initializers.delete(name);
  return {
    ...model,
    graph: {
      ...graph,
      nodes,
      initializers,
      inputs: [...graph.inputs, ...inputs],
      outputs: [...new Set(outputs)].map(name => ({ name, elementType: 'float32' as const, shape: null })),
    },
  };
}
