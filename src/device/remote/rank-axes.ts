/**
 * Along which axes of a weight its size is a rank: where two linear layers follow one another with nothing between them, the channels
 * between them are one. Factors nest, so that along such an axis the weights of two candidates begin alike.
 */
import type { Graph, Node } from '../../onnx/graph.ts';

export interface RankAxes {
  readonly first: boolean;
  readonly second: boolean;
}

const linear = new Set(['Conv', 'MatMul', 'Gemm']);

/** By the name of the weight; a weight that several nodes read, or that has no rank, is not there. */
export function rankAxes({ nodes, outputs }: Pick<Graph, 'nodes' | 'outputs'>): ReadonlyMap<string, RankAxes> {
  const readers = new Map<string, Node[]>();
  for (const node of nodes) for (const input of node.inputs) readers.set(input, [...(readers.get(input) ?? []), node]);
  const makers = new Map(nodes.filter(isLinear).map(node => [node.outputs[0] ?? '', node]));
  const shown = new Set(outputs.map(({ name }) => name));
  /** Read by one linear layer as its input, and by nobody else. */
  const between = (value: string): boolean => {
    const [reader, ...others] = readers.get(value) ?? [];
    return !!reader && others.length === 0 && !shown.has(value) && isLinear(reader) && reader.inputs[0] === value;
  };
  const axes = new Map<string, RankAxes>();
  for (const node of makers.values()) {
    const [input = '', weight = ''] = node.inputs;
    if ((readers.get(weight) ?? []).length !== 1) continue;
    const takes = makers.has(input) && between(input);
    const gives = between(node.outputs[0] ?? '');
    if (!takes && !gives) continue;
    axes.set(weight, outputsFirst(node) ? { first: gives, second: takes } : { first: takes, second: gives });
  }
  return axes;
}

const isLinear = ({ opType, domain }: Node): boolean => domain === '' && linear.has(opType);

/** Whether a weight is stored as [out, in, ...]. */
const outputsFirst = ({ opType, attributes }: Node): boolean => {
  const transposed = attributes.get('transB');
  return opType === 'Conv' || (opType === 'Gemm' && transposed?.kind === 'int' && transposed.value === 1);
};
