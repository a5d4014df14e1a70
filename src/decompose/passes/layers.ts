/** The attributes of the layers that stand in for one node. */
import type { Attribute } from '../../onnx/graph.ts';
import type { DenseNode } from '../dense-node.ts';

type Attributes = ReadonlyMap<string, Attribute>;

const ints = (...value: number[]): Attribute => ({ kind: 'ints', value });

/** A 1 x 1 convolution that changes only the number of channels. */
export const pointwise = (site: DenseNode): Attributes =>
  new Map<string, Attribute>([
    ['group', { kind: 'int', value: site.groups }],
    ['kernel_shape', ints(1, 1)],
  ]);

/** The convolution of the site itself: its kernel, strides, dilations and padding. */
export const likeDense = (dense: Attributes, site: DenseNode): Attributes =>
  new Map([...dense, ['kernel_shape', ints(...site.kernel)]]);

/**
 * The convolution of the site along one axis, 0 for height and 1 for width, and the identity along the other. A padding
 * rule (`auto_pad`) holds for each axis by itself and along the other comes to nothing, so it is kept as it is.
 */
export function alongAxis(dense: Attributes, site: DenseNode, axis: 0 | 1): Attributes {
  const only = (values: readonly number[], otherwise: number): Attribute =>
    axis === 0 ? ints(values[0]!, otherwise) : ints(otherwise, values[1]!);
  const [top, left, bottom, right] = site.pads;
  const result = new Map(dense)
    .set('kernel_shape', only(site.kernel, 1))
    .set('strides', only(site.strides, 1))
    .set('dilations', only(site.dilations, 1));
  const autoPad = dense.get('auto_pad');
  const byRule = autoPad?.kind === 'string' && autoPad.value !== 'NOTSET';
  return byRule ? result : result.set('pads', axis === 0 ? ints(top, 0, bottom, 0) : ints(0, left, 0, right));
}

/** The first of two Gemm nodes, which takes alpha and transA, and the second, which takes beta. */
export function gemmPair(dense: Attributes): readonly [Attributes, Attributes] {
  const without = (...names: string[]): Attributes => new Map([...dense].filter(([name]) => !names.includes(name)));
  return [without('beta'), without('alpha', 'transA')];
}
