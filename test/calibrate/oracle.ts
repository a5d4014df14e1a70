/** Statistics the slow way: every patch cut out of the input index by index, every sum in float64. */
import type { Site } from '../../src/decompose/site.ts';

export interface Patches {
  /** Per group the patches, each [ins * height * width] in the order (c, y, x). */
  readonly groups: readonly (readonly Float64Array[])[];
}

/** The patches of `x`, [images, channels, height, width], that a convolution reads. */
export function patchesOf(site: Site, x: ArrayLike<number>, images: number): Patches {
  const { groups, inChannels, kernel, strides, pads, dilations, inputSize, outputSize } = site;
  const ins = inChannels / groups;
  const [height, width] = inputSize;
  const found = Array.from({ length: groups }, (): Float64Array[] => []);
  for (let n = 0; n < images; n++)
    for (let oy = 0; oy < outputSize[0]; oy++)
      for (let ox = 0; ox < outputSize[1]; ox++)
        for (let g = 0; g < groups; g++) {
          const patch = new Float64Array(ins * kernel[0] * kernel[1]);
          let at = 0;
          for (let c = 0; c < ins; c++)
            for (let ky = 0; ky < kernel[0]; ky++)
              for (let kx = 0; kx < kernel[1]; kx++, at++) {
                const y = oy * strides[0]! + ky * dilations[0]! - pads[0]!;
                const z = ox * strides[1]! + kx * dilations[1]! - pads[1]!;
                if (y < 0 || z < 0 || y >= height || z >= width) continue;
                patch[at] = x[((n * inChannels + g * ins + c) * height + y) * width + z]!;
              }
          found[g]!.push(patch);
        }
  return { groups: found };
}

/** E[v v'] as a full matrix. */
export function secondMoment(vectors: readonly Float64Array[]): Float64Array {
  const order = vectors[0]!.length;
  const sum = new Float64Array(order * order);
  for (const v of vectors) {
    for (let i = 0; i < order; i++) for (let j = 0; j < order; j++) sum[i * order + j]! += v[i]! * v[j]!;
  }
  return sum.map(value => value / vectors.length);
}

export function meanOf(vectors: readonly Float64Array[]): Float64Array {
  const sum = new Float64Array(vectors[0]!.length);
  for (const v of vectors) for (let i = 0; i < sum.length; i++) sum[i]! += v[i]!;
  return sum.map(value => value / vectors.length);
}

/** The columns of patches, (c, y) for every x; with the area of the kernel in place of its width, the channels of every tap. */
export const columnsOf = (patches: readonly Float64Array[], width: number): Float64Array[] =>
  patches.flatMap(patch =>
    Array.from({ length: width }, (_, x) =>
      Float64Array.from({ length: patch.length / width }, (_, i) => patch[i * width + x]!),
    ),
  );

/** The largest difference over the largest magnitude. */
export function distance(expected: ArrayLike<number>, actual: ArrayLike<number>): number {
  let scale = 0;
  let difference = expected.length === actual.length ? 0 : Number.POSITIVE_INFINITY;
  for (let i = 0; i < expected.length; i++) {
    scale = Math.max(scale, Math.abs(expected[i]!));
    if (!(Math.abs(expected[i]! - actual[i]!) <= difference)) difference = Math.abs(expected[i]! - actual[i]!);
  }
  return scale === 0 ? difference : difference / scale;
}
