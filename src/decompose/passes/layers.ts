/** The layers that stand in for one node: their operators, weights and attributes. */
import type { Attribute } from '../../onnx/graph.ts';
import type { DenseNode } from '../dense-node.ts';
import { type Extent, worksAlong } from '../geometry.ts';

type Attributes = ReadonlyMap<string, Attribute>;

/** One node of the chain. Its weight is given as [out, in, ...] whatever the operator stores. */
export interface Layer {
  readonly opType: string;
  readonly dims: readonly number[];
  readonly data: Float32Array;
  readonly attributes: Attributes;
}

const ints = (value: readonly number[]): Attribute => ({ kind: 'ints', value });

/** Of three axes the first is the height, and the others are the width. */
const worksAt = (extent: Extent, axis: number): boolean => worksAlong(extent, axis === 0 ? 'height' : 'width');

/**
 * A convolution of the site's kind along some axes, and the identity along the others.
 *
 * @param outs channels of all groups; @param ins channels of each group
 */
export function convLayer(
  dense: Attributes,
  site: DenseNode,
  extent: Extent,
  { outs, ins, data }: { readonly outs: number; readonly ins: number; readonly data: Float32Array },
): Layer {
  const kernel = site.kernelShape.map((size, axis) => (worksAt(extent, axis) ? size : 1));
  return {
    opType: site.kind === 'conv-transpose' && extent !== 'point' ? 'ConvTranspose' : 'Conv',
    dims: [outs, ins, ...kernel],
    data,
    attributes: attributesOf(dense, site, extent, kernel),
  };
}

function attributesOf(dense: Attributes, site: DenseNode, extent: Extent, kernel: readonly number[]): Attributes {
  if (extent === 'point')
    return new Map<string, Attribute>([
      ['group', { kind: 'int', value: site.groups }],
      ['kernel_shape', ints(kernel)],
    ]);
  const whole = new Map(dense).set('kernel_shape', ints(kernel));
  return extent === 'whole' ? whole : alongAxis(whole, site, extent);
}

/**
 * What the site does along one axis. A padding rule (`auto_pad`) holds for each axis by itself and along the other comes to
 * nothing, so it is kept as it is.
 */
function alongAxis(dense: Attributes, site: DenseNode, extent: Extent): Attributes {
  const only = (values: readonly number[], otherwise: number): Attribute =>
    ints(values.map((value, axis) => (worksAt(extent, axis % site.kernelShape.length) ? value : otherwise)));
  const result = new Map(dense).set('strides', only(site.strides, 1)).set('dilations', only(site.dilations, 1));
  const further = dense.get('output_padding');
  if (further?.kind === 'ints') result.set('output_padding', only(further.value, 0));
  const autoPad = dense.get('auto_pad');
  const byRule = autoPad?.kind === 'string' && autoPad.value !== 'NOTSET';
  return byRule ? result : result.set('pads', only(site.pads, 0));
}

/** The two layers of a matrix product: `rank` channels, and then the outputs. */
export function matrixLayers(
  dense: Attributes,
  site: DenseNode,
  rank: number,
  first: Float32Array,
  second: Float32Array,
): Layer[] {
  const [before, after] = matrixAttributes(dense, site);
  const opType = site.kind === 'gemm' ? 'Gemm' : site.product?.equations ? 'Einsum' : 'MatMul';
  return [
    { opType, dims: [rank, site.inChannels], data: first, attributes: before },
    { opType, dims: [site.outChannels, rank], data: second, attributes: after },
  ];
}

function matrixAttributes(dense: Attributes, { kind, product }: DenseNode): readonly [Attributes, Attributes] {
  if (kind === 'gemm') return gemmPair(dense);
  if (!product?.equations) return kind === 'einsum' ? [new Map(), new Map()] : [dense, dense];
  const equation = (value: string): Attributes => new Map([['equation', { kind: 'string', value }]]);
  return [equation(product.equations.first), equation(product.equations.second)];
}

/** The first of two Gemm nodes, which takes alpha and transA, and the second, which takes beta. */
function gemmPair(dense: Attributes): readonly [Attributes, Attributes] {
  const without = (...names: string[]): Attributes => new Map([...dense].filter(([name]) => !names.includes(name)));
  return [without('beta'), without('alpha', 'transA')];
}
