/**
 * Nodes that sum up, for one site, what least squares needs: products of what the last factor sees with itself and with the dense output. Where there
 * are too few patches to fit a weight, its own output stands in for what it sees, from which means and variances follow. Patches are
 * taken apart by a depthwise convolution with one-hot kernels that has the attributes of the layer itself; the runtime does the products.
 * Only operators that every version of ONNX writes alike.
 */
import type { Attribute, ElementType, Graph, Node, Tensor } from '../../onnx/graph.ts';
import { floatTensor, intTensor } from '../../onnx/tensor.ts';
import { seededRng, shuffled } from '../../random/rng.ts';
import type { SiteTargets } from './side-by-side.ts';

export interface RefitProbe {
  readonly nodes: readonly Node[];
  readonly constants: readonly Tensor[];
  /** Entries that the last factor sees, per group; where its weight stays, its outputs. */
  readonly order: number;
  /** Whether there are patches enough to fit the weight. */
  readonly fits: boolean;
  readonly groups: number;
  /** Names of outputs, float32 but for the last. */
  readonly outputs: {
    /** [groups, order + outputs per group, order]: sums over positions of z z', and below them of y z'. */
    readonly products: string;
    /** [1, groups * (order + outputs per group), 1, 1]: averages over positions of z and y, group after group; then of their squares. */
    readonly means: string;
    readonly squares: string;
    /** int64: the last of three numbers is that of positions, all images together. */
    readonly extent: string;
  };
}

/** Positions per image that are looked at. Neighbours say much the same, so that more of them cost more than they tell. */
const mostSamples = 256;
/** Patches for each entry that the last factor sees. With fewer a fit hardly ever holds on images that it has not seen. */
const leastPatches = 32;

/**
 * @param images how many are looked at
 * @param seed which positions of an image are taken, where not all of them are
 */
export function refitProbe(
  { initializers }: Graph,
  { site, last, input, target }: SiteTargets,
  elementType: ElementType,
  images: number,
  seed: number,
): RefitProbe {
  const nodes: Node[] = [];
  const constants: Tensor[] = [];
  const put = (opType: string, inputs: readonly string[], attributes: Record<string, Attribute> = {}): string => {
    const name = `refit/${opType}_${nodes.length}`;
    nodes.push({ name, opType, domain: '', inputs, outputs: [name], attributes: new Map(Object.entries(attributes)) });
    return name;
  };
  const constant = (tensor: Tensor): string => {
    const name = `refit/constant_${constants.length}`;
    constants.push({ ...tensor, name });
    return name;
  };
  const reshape = (value: string, dims: readonly number[]): string =>
    put('Reshape', [value, constant(intTensor('', [dims.length], dims))]);
  const asFloat = (value: string): string => (elementType === 'float32' ? value : put('Cast', [value], { to: int(1) }));

  const isImage = last.opType === 'Conv';
  const { groups } = site;
  const outs = site.outChannels / groups;
  const dims = initializers.get(last.inputs[1]!)!.dims;
  const entries = isImage ? dims.slice(1).reduce((a, b) => a * b, 1) : (dims[0]! * dims[1]!) / outs;
  const positions = site.outputSize[0] * site.outputSize[1];
  const count = isImage ? Math.min(positions, mostSamples) : positions;
  const fits = images * count >= leastPatches * entries;
  const order = fits ? entries : outs;
  const chosen = count < positions ? constant(intTensor('', [count], somePositions(positions, count, seed))) : null;

  /** [N, channels, height, width] to [groups, channels per group, N * positions]. */
  const imageRows = (value: string, each: number): string => {
    const flat = reshape(value, [0, 0, -1]);
    const taken = chosen === null ? flat : put('Gather', [flat, chosen], { axis: int(2) });
    const apart = put('Transpose', [reshape(taken, [0, groups, each, -1])], { perm: ints(1, 2, 0, 3) });
    return reshape(apart, [groups, each, -1]);
  };
  const matrixRows = (value: string, each: number): string =>
    reshape(put('Transpose', [reshape(value, [-1, each])], { perm: ints(1, 0) }), [1, each, -1]);

  const rowsOf = isImage ? imageRows : matrixRows;
  const z = rowsOf(fits ? seenBy(asFloat(input)) : asFloat(ownOutput()), order);
  const y = rowsOf(asFloat(target), outs);
  const both = put('Concat', [z, y], { axis: int(1) });
  const asImage = reshape(both, [1, groups * (order + outs), -1, 1]);
  const outputs = {
    products: put('MatMul', [both, put('Transpose', [z], { perm: ints(0, 2, 1) })]),
    means: put('GlobalAveragePool', [asImage]),
    squares: put('GlobalAveragePool', [put('Mul', [asImage, asImage])]),
    extent: put('Shape', [both]),
  };
  return { nodes, constants, order, fits, groups, outputs };

  /** A copy of the layer: its output is not final. */
  function ownOutput(): string {
    nodes.push({ ...last, name: 'refit/own', outputs: ['refit/own'] });
    return 'refit/own';
  }

  /** The entries of the patches of the last factor as channels, in the order of its weight; of a matrix its input. */
  function seenBy(value: string): string {
    if (!isImage) return value;
    const [, channels, ...kernel] = dims as [number, number, ...number[]];
    const area = kernel.reduce((a, b) => a * b, 1);
    const { strides, pads } = { strides: intsOf(last, 'strides'), pads: intsOf(last, 'pads') };
    if (area === 1 && strides.every(each => each === 1) && pads.every(each => each === 0)) return value;
    const all = channels * groups;
    const oneHot = new Float32Array(all * area * area);
    for (let i = 0; i < all * area; i++) oneHot[i * area + (i % area)] = 1;
    const weight = constant(floatTensor('', [all * area, 1, ...kernel], oneHot));
    return put('Conv', [value, weight], { ...Object.fromEntries(last.attributes), group: int(all) });
  }
}

const somePositions = (of: number, count: number, seed: number): number[] =>
  shuffled(
    Array.from({ length: of }, (_, i) => i),
    seededRng(seed),
  )
    .slice(0, count)
    .sort((a, b) => a - b);

const int = (value: number): Attribute => ({ kind: 'int', value });
const ints = (...value: number[]): Attribute => ({ kind: 'ints', value });
const intsOf = ({ attributes }: Node, name: string): readonly number[] => {
  const found = attributes.get(name);
  return found?.kind === 'ints' ? found.value : [];
};
