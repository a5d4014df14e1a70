/** What a rung loses at the output of its site on the calibration images, in closed form. */
import { type Matrix, transpose, zeros } from '../linalg/matrix.ts';
import { multiply } from '../linalg/multiply.ts';
import type { WeightBlock } from './block.ts';
import type { FullFactors, SampledStatistics } from './factorise.ts';
import { groupOf } from './factors/two-factors.ts';
import type { Rung } from './method.ts';
import { flooredScale, type MomentKind } from './metric/metric.ts';
import { multipliedOut } from './multiply-out.ts';
import { type SiteStatistics, unpackedMoments } from './statistics.ts';

/** What a closed-form loss is of: the network's answer (in nats), the outputs of sites, or their weights. */
export type LossUnit = 'nats' | 'output' | 'weights';

export interface OutputError {
  /**
   * E |g (y' - y)|^2 / sum_o g_o^2 Var(y_o): the energy of the error behind the BatchNormalization over the variance of the output there. With
   * D = W - W' and S = E[x x'] the numerator is tr(g D S D' g), exactly so on the patches that S was taken from. Where the statistics hold only
   * columns or channels, they are taken for independent of each other, which on ResNet-18 has told 15 to 20 % less than there was.
   */
  readonly relative: number;
  /** tr(G D S D') / 2: by about so many nats the network's answer moves away from the dense one's; null where G was not measured. */
  readonly divergence: number | null;
}

/** One for every rung, 0 for `dense`. Null when the statistics hold no moments, or some that are not finite. */
export function outputErrors(
  block: WeightBlock,
  factors: FullFactors | null,
  rungs: readonly Rung[],
  { statistics }: SampledStatistics,
): readonly OutputError[] | null {
  if (!statistics.input) return null;
  const energy = outputEnergy(statistics);
  const errors = rungs.map((rung): OutputError => {
    if (rung.method === 'dense') return { relative: 0, divergence: statistics.sensitivity ? 0 : null };
    if (factors?.method !== rung.method) throw new Error(`the rung asks for factors made by ${rung.method}`);
    const lost = lostEnergy(block, multipliedOut(factors, rung), statistics);
    const relative = lost.scaled === 0 ? 0 : energy > 0 ? lost.scaled / energy : Number.NaN;
    return { relative, divergence: lost.divergence };
  });
  return errors.every(({ relative, divergence }) => Number.isFinite(relative) && Number.isFinite(divergence ?? 0))
    ? errors
    : null;
}

/** sum_o g_o^2 Var(y_o), or where no output varies, sum_o g_o^2 E[y_o]^2. */
function outputEnergy({ outputScale, outputVariance, outputMean }: SiteStatistics): number {
  const scale = flooredScale(outputScale);
  const sum = (of: (o: number) => number): number => scale.reduce((total, g, o) => total + g * g * of(o), 0);
  return sum(o => outputVariance[o]!) || sum(o => outputMean[o]! ** 2);
}

function lostEnergy(
  block: WeightBlock,
  approximate: Float64Array,
  statistics: SiteStatistics,
): { readonly scaled: number; readonly divergence: number | null } {
  const { sensitivity } = statistics;
  const outs = block.outPerGroup;
  const scale = flooredScale(statistics.outputScale);
  let scaled = 0;
  let divergence = 0;
  for (let group = 0; group < block.groups; group++) {
    const moment = errorMoment(block, approximate, statistics, group);
    for (let o = 0; o < outs; o++) scaled += scale[group * outs + o]! ** 2 * moment.data[o * outs + o]!;
    if (!sensitivity) continue;
    const g = unpackedMoments(sensitivity, group);
    for (let i = 0; i < g.length; i++) divergence += (g[i]! * moment.data[i]!) / 2;
  }
  return { scaled: Math.max(0, scaled), divergence: sensitivity ? Math.max(0, divergence) : null };
}

/** D S D' of one group, outs x outs: the second moment of the error of its outputs. */
function errorMoment(block: WeightBlock, approximate: Float64Array, { input }: SiteStatistics, group: number): Matrix {
  const { outPerGroup: outs, inPerGroup: ins, kernel } = block;
  const length = ins * kernel[0] * kernel[1];
  const weights = groupOf(block, group);
  const taps = tapsOutside(input!.kind, kernel);
  const moment = { rows: input!.order, cols: input!.order, data: unpackedMoments(input!, group) };
  const sum = zeros(outs, outs);
  for (let tap = 0; tap < taps; tap++) {
    const difference = zeros(outs, input!.order);
    for (let o = 0; o < outs; o++) {
      for (let i = 0; i < input!.order; i++) {
        const at = o * length + i * taps + tap;
        difference.data[o * input!.order + i] = weights[at]! - approximate[group * outs * length + at]!;
      }
    }
    const product = multiply(multiply(difference, moment), transpose(difference)).data;
    for (let i = 0; i < product.length; i++) sum.data[i]! += product[i]!;
  }
  return sum;
}

/** Taps of a patch that the moment does not tell apart; the last ones in the order (c, y, x). */
function tapsOutside(kind: MomentKind, [height, width]: readonly [number, number]): number {
  return { patch: 1, column: width, channel: height * width }[kind];
}
