/** onnxruntime as the oracle of this room's tests. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Model, Shape } from '../../src/onnx/graph.ts';
import { writeModel } from '../../src/onnx/write.ts';

const quiet = { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 4 } as const;

export type Feeds = Readonly<Record<string, Tensor>>;

/** Runs a model as it is, and gives its outputs by name. */
export async function run(model: Model | Uint8Array, feeds: Feeds): Promise<Readonly<Record<string, Tensor>>> {
  const bytes = model instanceof Uint8Array ? model : writeModel(model);
  const session = await InferenceSession.create(bytes, { ...quiet, graphOptimizationLevel: 'disabled' });
  try {
    return (await session.run(feeds)) as Record<string, Tensor>;
  } finally {
    await session.release();
  }
}

/** The same model with every value of its graph as an output. */
export function withAllOutputs(model: Model): Model {
  const listed = new Set(model.graph.outputs.map(({ name }) => name));
  const more = model.graph.nodes
    .flatMap(({ outputs }) => outputs)
    .filter(name => name !== '' && !listed.has(name))
    .map(name => ({ name, elementType: 'other' as const, shape: null }));
  return { ...model, graph: { ...model.graph, outputs: [...model.graph.outputs, ...more] } };
}

/** The shape of every value of the graph as it comes out of the runtime. */
export async function measuredShapes(model: Model, feeds: Feeds): Promise<ReadonlyMap<string, readonly number[]>> {
  const answers = await run(withAllOutputs(model), feeds);
  return new Map(Object.entries(answers).map(([name, { dims }]) => [name, dims]));
}

/** A float32 tensor of small numbers that all differ. */
export function ramp(dims: readonly number[]): Tensor {
  const count = dims.reduce((a, b) => a * b, 1);
  return new Tensor(
    'float32',
    Float32Array.from({ length: count }, (_, i) => Math.sin(i + 1)),
    dims,
  );
}

/** A float16 tensor by its bits; the runtime's binding cannot read the Float16Array that Tensor would make of them. */
export function halves(bits: Uint16Array, dims: readonly number[]): Tensor {
  return Object.defineProperty(new Tensor('float16', bits, dims), 'data', { value: bits });
}

export const floats = (tensor: Tensor | undefined): number[] => Array.from(tensor?.data as Float32Array);

/** Shapes as text, for a table in which a difference is seen at once. */
export const shapeTable = (shapes: Iterable<readonly [string, Shape]>): Record<string, string> =>
  Object.fromEntries([...shapes].map(([name, shape]) => [name, `[${shape.join(', ')}]`]));

/** Runs a model whose only input takes `x` (row-major), and gives every output by name, as numbers. */
export async function runNamed(
  model: Model,
  dims: readonly number[],
  x: Float32Array,
): Promise<ReadonlyMap<string, Float64Array>> {
  const answers = await run(model, { [model.graph.inputs[0]!.name]: new Tensor('float32', x, dims) });
  return new Map(Object.entries(answers).map(([name, { data }]) => [name, Float64Array.from(data as Float32Array)]));
}
