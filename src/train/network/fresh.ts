/**
 * New weights for a network, as before any training.
 *
 *   layers: N(0, 2 / fan-in), which keeps variances through rectifiers (He et al. 2015, equation 10); the one that gives the class
 *   scores N(0, 1 / fan-in), since none follows it
 *   biases and shifts 0, scales 1, running means 0 and variances 1; position embeddings and the like N(0, 0.02^2)
 */
import type { Model, Node, Tensor } from '../../onnx/graph.ts';
import { elementCount, floatTensor } from '../../onnx/tensor.ts';
import { keyedRng } from '../../random/keyed-rng.ts';
import type { Rng } from '../../random/rng.ts';
import type { Parameter } from './parameters.ts';
import type { Network } from './prepare.ts';

const embeddingDeviation = 0.02;
/** Of the stream of weights, which no batch draws from. */
const stream = 4;

/** The network's model with new weights under the old names; the same for the same seed. */
export function freshModel({ model, weights, statistics, scores }: Network, seed: number): Model {
  const { nodes } = model.graph;
  const initializers = new Map(model.graph.initializers);
  const put = (name: string, dims: readonly number[], values: Float32Array): void => {
    const { elementType } = initializers.get(name) as Tensor;
    initializers.set(name, floatTensor(name, dims, values, elementType === 'float16' ? 'float16' : 'float32'));
  };
  const last = weights.findLast(each => each.role === 'weight');
  for (const [i, weight] of weights.entries()) {
    const node = nodes[weight.index] as Node;
    const deviation = weight === last && scores !== '' ? 1 : Math.SQRT2;
    put(weight.name, weight.dims, valuesOf(weight, node, deviation, keyedRng(seed, stream, i)));
  }
  for (const node of nodes) {
    if (node.opType !== 'BatchNormalization') continue;
    for (const { name, dims } of statistics) {
      if (name === node.inputs[3]) put(name, dims, new Float32Array(elementCount(dims)));
      if (name === node.inputs[4]) put(name, dims, new Float32Array(elementCount(dims)).fill(1));
    }
  }
  return { ...model, graph: { ...model.graph, initializers } };
}

function valuesOf({ name, dims, role }: Parameter, node: Node, gain: number, rng: Rng): Float32Array {
  const count = elementCount(dims);
  switch (role) {
    case 'weight':
      return normal(count, gain / Math.sqrt(fanIn(node, name, dims)), rng);
    case 'norm':
      return new Float32Array(count).fill(node.inputs[1] === name ? 1 : 0);
    case 'bias':
      return new Float32Array(count);
    case 'other':
      return node.opType === 'PRelu' ? new Float32Array(count).fill(0.25) : normal(count, embeddingDeviation, rng);
    default:
      return role satisfies never;
  }
}

/** Numbers that one output is summed over. */
function fanIn(node: Node, name: string, dims: readonly number[]): number {
  if (node.opType === 'Conv') return elementCount(dims.slice(1));
  const transB = node.attributes.get('transB');
  const transposed = node.opType === 'Gemm' && transB?.kind === 'int' && transB.value === 1;
  const onTheLeft = node.opType === 'MatMul' && node.inputs[0] === name;
  return (transposed || onTheLeft ? dims.at(-1) : (dims.at(-2) ?? dims[0])) ?? 1;
}

/** Box and Muller 1958, both numbers of a pair used. */
function normal(count: number, deviation: number, rng: Rng): Float32Array {
  const values = new Float32Array(count);
  for (let i = 0; i < count; i += 2) {
    const radius = deviation * Math.sqrt(-2 * Math.log(1 - rng.uniform()));
    const angle = 2 * Math.PI * rng.uniform();
    values[i] = radius * Math.cos(angle);
    if (i + 1 < count) values[i + 1] = radius * Math.sin(angle);
  }
  return values;
}
