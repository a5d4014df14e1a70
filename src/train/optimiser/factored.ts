/** The factorised sites of a network, as a penalty on the product of their factors needs them. */
import { factorLayersOf } from '../../decompose/factor-layers.ts';
import { intAttribute } from '../../onnx/attributes.ts';
import type { Node } from '../../onnx/graph.ts';
import type { Network } from '../network/prepare.ts';

export interface Factor {
  /** The initialiser. */
  readonly weight: string;
  readonly dims: readonly number[];
  /** `out-in` where the first axis is that of the outputs, as in Conv. */
  readonly layout: 'out-in' | 'in-out';
}

/** Two factors, or three with the core in the middle, first to last. */
export interface FactoredSite {
  readonly groups: number;
  readonly factors: readonly Factor[];
}

/** Sites whose factors are all weights of the network, read as they are stored. */
export function factoredSites({ model, weights }: Pick<Network, 'model' | 'weights'>): FactoredSite[] {
  const dimsOf = new Map(weights.map(({ name, dims }) => [name, dims]));
  return factorLayersOf(model.graph).flatMap(({ layers }): FactoredSite[] => {
    const factors = layers.flatMap((node): Factor[] => {
      const weight = node.inputs[1] ?? '';
      const dims = dimsOf.get(weight);
      return dims ? [{ weight, dims, layout: layoutOf(node) }] : [];
    });
    if (factors.length !== layers.length || !layers[0]) return [];
    return [{ groups: intAttribute(layers[0], 'group', 1), factors }];
  });
}

const layoutOf = (node: Node): Factor['layout'] =>
  node.opType === 'Conv' || (node.opType === 'Gemm' && intAttribute(node, 'transB', 0) === 1) ? 'out-in' : 'in-out';
