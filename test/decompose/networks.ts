/** Small networks for the tests of this room, and onnxruntime to run them. */
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import type { WeightBlock } from '../../src/decompose/block.ts';
import { weightBlock } from '../../src/decompose/block.ts';
import { type FullFactors, factorise } from '../../src/decompose/factorise.ts';
import { type FactorRung, type MethodName, rungOf } from '../../src/decompose/method.ts';
import { fullRank } from '../../src/decompose/ranks.ts';
import type { Site } from '../../src/decompose/site.ts';
import type { Attribute, Dimension, Model, Node, Tensor } from '../../src/onnx/graph.ts';
import { floatTensor } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/write.ts';
import type { Rng } from '../../src/random/rng.ts';

export type Precision = 'float32' | 'float16';

export const uniform = (rng: Rng, length: number): Float32Array =>
  Float32Array.from({ length }, () => 2 * rng.uniform() - 1);

const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

export const randomTensor = (name: string, dims: readonly number[], rng: Rng, type: Precision = 'float32'): Tensor =>
  floatTensor(name, dims, uniform(rng, product(dims)), type);

export function node(
  opType: string,
  inputs: readonly string[],
  output: string,
  attributes: Readonly<Record<string, Attribute>> = {},
  name = output,
): Node {
  return { name, opType, domain: '', inputs, outputs: [output], attributes: new Map(Object.entries(attributes)) };
}

export const int = (value: number): Attribute => ({ kind: 'int', value });
export const ints = (...value: number[]): Attribute => ({ kind: 'ints', value });
export const float = (value: number): Attribute => ({ kind: 'float', value });
export const text = (value: string): Attribute => ({ kind: 'string', value });

export interface NetworkParts {
  readonly input: readonly Dimension[];
  readonly nodes: readonly Node[];
  readonly constants: readonly Tensor[];
  readonly outputs: readonly { readonly name: string; readonly shape: readonly Dimension[] | null }[];
}

/** A model whose only input is `x`. */
export function network({ input, nodes, constants, outputs }: NetworkParts): Model {
  return {
    graph: {
      name: 'test',
      nodes,
      inputs: [{ name: 'x', elementType: 'float32', shape: input }],
      outputs: outputs.map(output => ({ ...output, elementType: 'float32' })),
      initializers: new Map(constants.map(tensor => [tensor.name, tensor])),
      valueInfo: new Map(),
    },
    opsets: new Map([['', 13]]),
    metadata: new Map(),
    irVersion: 8,
  };
}

/** The same network computing in float16, between casts from and to float32. */
export function inHalf(parts: NetworkParts): Model {
  const rename = (name: string): string =>
    name === 'x' ? 'half_x' : parts.outputs.some(o => o.name === name) ? `half_${name}` : name;
  const nodes = parts.nodes.map(each => ({
    ...each,
    inputs: each.inputs.map(rename),
    outputs: each.outputs.map(rename),
  }));
  const into = node('Cast', ['x'], 'half_x', { to: int(10) });
  const back = parts.outputs.map(({ name }) => node('Cast', [`half_${name}`], name, { to: int(1) }, `${name}_cast`));
  return network({ ...parts, nodes: [into, ...nodes, ...back] });
}

/** Runs `model` on `x` (numbers in row-major order) and gives all outputs, one after the other. */
export async function run(model: Model, dims: readonly number[], x: Float32Array): Promise<Float64Array[]> {
  const session = await InferenceSession.create(writeModel(model), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'basic',
    logSeverityLevel: 3,
  });
  try {
    const answers = await session.run({ [model.graph.inputs[0]!.name]: new OrtTensor('float32', x, dims) });
    return session.outputNames.map(name => Float64Array.from(answers[name]!.data as Float32Array));
  } finally {
    await session.release();
  }
}

/** The factors of every site, computed when asked for. */
export function factorsOf(model: Model, sites: readonly Site[]): (site: string, method: MethodName) => FullFactors {
  return (name, method) => {
    const site = sites.find(other => other.name === name);
    if (!site) throw new Error(`no site "${name}"`);
    const block: WeightBlock = weightBlock(model, site);
    return factorise(block, method);
  };
}

export const fullRung = (site: Site, method: MethodName): FactorRung => rungOf(method, fullRank(site, method));

/** The largest difference over the largest value. */
export function relativeError(expected: ArrayLike<number>, actual: ArrayLike<number>): number {
  let scale = 0;
  let difference = expected.length === actual.length ? 0 : Number.POSITIVE_INFINITY;
  for (let i = 0; i < expected.length; i++) {
    scale = Math.max(scale, Math.abs(expected[i]!));
    // Not `Math.max`, which would pass over NaN.
    if (!(Math.abs(expected[i]! - actual[i]!) <= difference)) difference = Math.abs(expected[i]! - actual[i]!);
  }
  return scale === 0 ? difference : difference / scale;
}
