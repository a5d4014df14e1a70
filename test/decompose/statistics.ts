/** Statistics made up for tests. */
import type { BlockShape, WeightBlock } from '../../src/decompose/block.ts';
import { packedLength, type SiteStatistics } from '../../src/decompose/statistics.ts';
import { type Rng, seededRng } from '../../src/random/rng.ts';

export const extentOf = ({ inPerGroup, kernel }: BlockShape): number => inPerGroup * kernel[0] * kernel[1];

export function normal(rng: Rng): number {
  let sum = -6;
  for (let i = 0; i < 12; i++) sum += rng.uniform();
  return sum;
}

/** Vectors that are correlated, of very different size along different directions, and not centred. */
export function correlated(order: number, count: number, seed: number): Float64Array[] {
  const rng = seededRng(seed);
  const mixing = Array.from({ length: order }, (_, i) =>
    Float64Array.from({ length: order }, () => normal(rng) * 0.7 ** i),
  );
  const mean = Float64Array.from({ length: order }, () => normal(rng));
  return Array.from({ length: count }, () => {
    const v = mean.slice();
    for (const direction of mixing) {
      const strength = normal(rng);
      for (let i = 0; i < order; i++) v[i]! += strength * direction[i]!;
    }
    return v;
  });
}

/** The packed upper triangles of E[v v'], one list of vectors per group. */
export function packedMoment(groups: readonly (readonly Float64Array[])[]): Float32Array {
  const order = groups[0]![0]!.length;
  const data = new Float32Array(groups.length * packedLength(order));
  let at = 0;
  for (const vectors of groups) {
    for (let i = 0; i < order; i++) {
      for (let j = i; j < order; j++) {
        let sum = 0;
        for (const v of vectors) sum += v[i]! * v[j]!;
        data[at++] = sum / vectors.length;
      }
    }
  }
  return data;
}

/** Of patches, one list per group, that the weight is applied to. */
export function statisticsOf(
  block: WeightBlock,
  patches: readonly (readonly Float64Array[])[],
  scale?: Float64Array,
): SiteStatistics {
  const outs = block.groups * block.outPerGroup;
  const outputs = Array.from({ length: outs }, (_, o) => {
    const row = block.data.subarray(o * extentOf(block), (o + 1) * extentOf(block));
    return patches[Math.floor(o / block.outPerGroup)]!.map(x => x.reduce((sum, value, i) => sum + value * row[i]!, 0));
  });
  const mean = outputs.map(values => values.reduce((a, b) => a + b, 0) / values.length);
  return {
    site: 'site',
    patches: patches[0]!.length,
    inputMean: new Float64Array(block.groups * extentOf(block)),
    input: { kind: 'patch', order: extentOf(block), data: packedMoment(patches) },
    output: null,
    outputMean: Float64Array.from(mean),
    outputVariance: Float64Array.from(outputs, (values, o) =>
      values.reduce((sum, value) => sum + (value - mean[o]!) ** 2 / values.length, 0),
    ),
    outputScale: scale ?? new Float64Array(outs).fill(1),
    sensitivity: null,
  };
}

export function randomBlock(shape: BlockShape, seed: number): WeightBlock {
  const rng = seededRng(seed);
  const data = Float32Array.from({ length: shape.groups * shape.outPerGroup * extentOf(shape) }, () => normal(rng));
  return { ...shape, data };
}
