/**
 * Nodes that sum up, for one site, what least squares needs: products of what the last factor sees with itself and with the dense output. Where there
 * are too few patches to fit a weight, its own output stands in for what it sees, from which means and variances follow. Patches are
 * gathered by constant indices, of the chosen positions only; the runtime does the products.
 * Only operators that every version of ONNX writes alike.
 */
import { intsAttribute } from '../../onnx/attributes.ts';
import { graphBuilder } from '../../onnx/builder.ts';
import type { ElementType, Graph, Node, Tensor } from '../../onnx/graph.ts';
import { elementCount } from '../../onnx/tensor.ts';
import { seededRng, shuffled } from '../../random/rng.ts';
import type { Site } from '../site.ts';
import type { SiteTargets } from './side-by-side.ts';
import { weightOf } from './site-node.ts';

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
  graph: Graph,
  { site, last, input, target }: SiteTargets,
  elementType: ElementType,
  images: number,
  seed: number,
): RefitProbe {
  const build = graphBuilder(graph, 'refit');
  const { add, integers } = build;
  const reshape = (value: string, dims: readonly number[]): string => add('Reshape', [value, integers(dims)]);
  const asFloat = (value: string): string => (elementType === 'float32' ? value : add('Cast', [value], { to: 1 }));

  const isImage = site.product === null;
  const { groups } = site;
  const outs = site.outChannels / groups;
  const { dims } = weightOf(graph, last);
  const entries = elementCount(dims) / site.outChannels;
  const positions = site.outputSize[0] * site.outputSize[1];
  const count = isImage ? Math.min(positions, mostSamples) : positions;
  // What a transposed layer with a kernel reads at a position differs from position to position.
  const slides = last.opType === 'ConvTranspose' && dims.slice(2).some(size => size !== 1);
  const fits = !slides && images * count >= leastPatches * entries;
  const order = fits ? entries : outs;
  const list = somePositions(positions, count, seed);
  const chosen = isImage && count < positions ? integers(list) : null;

  /** [N, channels, positions] to [groups, entries per group, N * chosen positions]. */
  const rowsOfImages = (flat: string, each: number): string => {
    const apart = add('Transpose', [reshape(flat, [0, groups, each, -1])], { perm: [1, 2, 0, 3] });
    return reshape(apart, [groups, each, -1]);
  };
  const imageRows = (value: string, each: number): string => {
    const flat = reshape(value, [0, 0, -1]);
    return rowsOfImages(chosen === null ? flat : add('Gather', [flat, chosen], { axis: 2 }), each);
  };
  const matrixRows = (value: string, each: number, axes: readonly number[] | null): string => {
    const turned = axes === null ? value : add('Transpose', [value], { perm: axes });
    return reshape(add('Transpose', [reshape(turned, [-1, each])], { perm: [1, 0] }), [1, each, -1]);
  };
  const outputOrder = site.product?.outputOrder ?? null;
  /** Layers with their weight on the left have the channels where the output has them, the others have them last. */
  const between = site.product?.weightFirst ? outputOrder : null;

  const rowsOf = (value: string, each: number, axes: readonly number[] | null): string =>
    isImage ? imageRows(value, each) : matrixRows(value, each, axes);
  const z = fits ? seenRows(asFloat(input)) : rowsOf(asFloat(ownOutput()), order, outputOrder);
  const y = rowsOf(asFloat(target), outs, outputOrder);
  const both = add('Concat', [z, y], { axis: 1 });
  const asImage = reshape(both, [1, groups * (order + outs), -1, 1]);
  const outputs = {
    products: add('MatMul', [both, add('Transpose', [z], { perm: [0, 2, 1] })]),
    means: add('GlobalAveragePool', [asImage]),
    squares: add('GlobalAveragePool', [add('Mul', [asImage, asImage])]),
    extent: add('Shape', [both]),
  };
  return { nodes: build.nodes(), constants: build.constants(), order, fits, groups, outputs };

  /** A copy of the layer: its output is not final. */
  function ownOutput(): string {
    const name = build.fresh('refit/own');
    build.put({ ...last, name, outputs: [name] });
    return name;
  }

  /** The entries of the patches of the last factor, in the order of its weight; of a matrix its input. */
  function seenRows(value: string): string {
    const taps = isImage ? tapsOf(site, last, dims.slice(2)) : null;
    if (!taps) return rowsOf(value, order, between);
    const at = taps.flatMap(tap => list.map(tap));
    const places = integers(at.map(each => Math.max(0, each)));
    const gathered = add('Gather', [reshape(value, [0, 0, -1]), places], { axis: 2 });
    const inside = at.map(each => (each < 0 ? 0 : 1));
    const masked = at.some(each => each < 0)
      ? add('Mul', [gathered, build.constant([at.length], inside, 'float32')])
      : gathered;
    // [N, channels, taps * positions] is [N, channels * taps, positions].
    return rowsOfImages(reshape(masked, [0, taps.length * dims[1]! * groups, -1]), order);
  }
}

/**
 * For every tap of a kernel, row by row, where in the flattened input of the layer an output position reads; negative where it reads padding. Null for
 * 1 x 1, the last layer of `svd` and `tucker2`, which neither strides nor pads.
 */
function tapsOf(site: Site, last: Node, kernel: readonly number[]): ((position: number) => number)[] | null {
  if (kernel.every(size => size === 1)) return null;
  const ones = kernel.map(() => 1);
  const strides = intsAttribute(last, 'strides') ?? ones;
  const dilations = intsAttribute(last, 'dilations') ?? ones;
  // The second layer of `spatial` finds axes that the first has strided and padded already.
  const done = kernel.map((size, axis) => size === 1 && site.kernelShape[axis] !== 1);
  const pads = kernel.map((_, axis) => (done[axis] ? 0 : site.pads[axis]!));
  const sizes = kernel.map((_, axis) => (done[axis] ? site.outputImage : site.inputImage)[axis]!);
  return Array.from({ length: elementCount(kernel) }, (_, tap) => {
    const taps = placeOf(tap, kernel);
    return (position: number) => {
      const at = placeOf(position, site.outputImage).map(
        (place, axis) => place * strides[axis]! + taps[axis]! * dilations[axis]! - pads[axis]!,
      );
      if (at.some((place, axis) => place < 0 || place >= sizes[axis]!)) return -1;
      return at.reduce((flat, place, axis) => flat * sizes[axis]! + place, 0);
    };
  });
}

/** Where element `at` of a value of these sizes, row by row, lies along each axis. */
function placeOf(at: number, sizes: readonly number[]): number[] {
  const places: number[] = [];
  let rest = at;
  for (let axis = sizes.length - 1; axis >= 0; axis--) {
    places.unshift(rest % sizes[axis]!);
    rest = Math.floor(rest / sizes[axis]!);
  }
  return places;
}

const somePositions = (of: number, count: number, seed: number): number[] =>
  shuffled(
    Array.from({ length: of }, (_, i) => i),
    seededRng(seed),
  )
    .slice(0, count)
    .sort((a, b) => a - b);
