/** The extents of a layer: the ranks and the costs of its factorisations follow from them alone. */

/** The extent of a weight: per group, a tensor [outPerGroup, inPerGroup, kernel height, kernel width]. */
export interface BlockShape {
  readonly groups: number;
  readonly outPerGroup: number;
  readonly inPerGroup: number;
  /** [height, width]; [1, 1] for a matrix. */
  readonly kernel: readonly [number, number];
}

/** A weight and where it is applied. */
export interface SiteGeometry {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly groups: number;
  /** [height, width]; for matrices [1, 1]. */
  readonly kernel: readonly [number, number];
  /** [height, width] of what goes in and out; for matrices [rows, 1]. */
  readonly inputSize: readonly [number, number];
  readonly outputSize: readonly [number, number];
  /** Positions at which the dense weight is applied, for one input; of all images where the batch size is fixed. */
  readonly outputPositions: number;
  readonly biasParams: number;
}

export const blockShape = (
  site: Pick<SiteGeometry, 'inChannels' | 'outChannels' | 'groups' | 'kernel'>,
): BlockShape => ({
  groups: site.groups,
  outPerGroup: site.outChannels / site.groups,
  inPerGroup: site.inChannels / site.groups,
  kernel: site.kernel,
});
