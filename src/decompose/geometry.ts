/** The extents of a layer: the ranks and the costs of its factorisations follow from them alone. */

/** The extent of a weight: per group, a tensor [outPerGroup, inPerGroup, kernel height, kernel width]. */
export interface BlockShape {
  readonly groups: number;
  readonly outPerGroup: number;
  readonly inPerGroup: number;
  /** [height, width]; [1, 1] for a matrix. Of three axes the last two count as the width, and of one it is the height. */
  readonly kernel: readonly [number, number];
}

/** A weight and where it is applied. */
export interface SiteGeometry {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly groups: number;
  /** [height, width] as in `BlockShape`; for matrices [1, 1]. */
  readonly kernel: readonly [number, number];
  /** [height, width] of what goes in and out; for matrices [rows, 1]. */
  readonly inputSize: readonly [number, number];
  readonly outputSize: readonly [number, number];
  /** Positions of the output, for one input; of all images where the batch size is fixed. */
  readonly outputPositions: number;
  readonly biasParams: number;
  /** A weight that is applied at every position of what goes in, and not of what comes out. */
  readonly transposed?: boolean;
  /** Where the same weight is applied besides. */
  readonly twins?: readonly SiteGeometry[];
}

/** The sizes of one to three axes as [height, width]. */
export const asPair = ([first = 1, ...others]: readonly number[]): readonly [number, number] => [
  first,
  others.reduce((product, size) => product * size, 1),
];

/** Which axes of the kernel a layer works along: none, one of the two, or all. */
export type Extent = 'point' | 'height' | 'width' | 'whole';

export const worksAlong = (extent: Extent, axis: 'height' | 'width'): boolean => extent === 'whole' || extent === axis;

/**
 * At how many positions each layer of a chain is applied, whose layers work along these axes. Along an axis that a layer or one before it has
 * worked along, the image has its final size.
 */
export function positionsOf(
  { inputSize, outputSize, outputPositions, transposed }: SiteGeometry,
  chain: readonly Extent[],
): readonly number[] {
  const images = outputPositions / (outputSize[0] * outputSize[1]);
  let [height, width] = inputSize;
  return chain.map(extent => {
    const before = images * height * width;
    if (worksAlong(extent, 'height')) height = outputSize[0];
    if (worksAlong(extent, 'width')) width = outputSize[1];
    return transposed ? before : images * height * width;
  });
}

export const blockShape = (
  site: Pick<SiteGeometry, 'inChannels' | 'outChannels' | 'groups' | 'kernel'>,
): BlockShape => ({
  groups: site.groups,
  outPerGroup: site.outChannels / site.groups,
  inPerGroup: site.inChannels / site.groups,
  kernel: site.kernel,
});
