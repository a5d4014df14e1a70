/** Tucker-2 factors of a weight from the higher-order SVD of each group, with an even share of every component's strength. */
import type { WeightBlock } from '../block.ts';
import type { GroupMetric } from '../metric/metric.ts';
import type { TuckerFactors } from './factors.ts';
import { type Hosvd, hosvd } from './hosvd.ts';
import { frobeniusNorm, groupOf } from './two-factors.ts';
import { weightedHosvd } from './weighted-hosvd.ts';

/** @param metric of every group, for a small error of the output; null for a small error of the weight */
export function tuckerFactors(block: WeightBlock, metric: readonly GroupMetric[] | null = null): TuckerFactors {
  const { groups, outPerGroup: outs, inPerGroup: ins, kernel } = block;
  const area = kernel[0] * kernel[1];
  const parts = Array.from({ length: groups }, (_, group): Hosvd => {
    const weights = groupOf(block, group);
    return metric ? weightedHosvd(block, weights, metric[group]!) : hosvd(weights, outs, ins, area);
  });
  const inputs = parts[0]!.v.rows;
  const outputs = parts[0]!.u.rows;
  const input = new Float32Array(groups * inputs * ins);
  const core = new Float32Array(groups * outputs * inputs * area);
  const output = new Float32Array(groups * outs * outputs);
  const energy = new Float64Array(outputs * inputs);
  parts.forEach((part, group) => {
    for (let i = 0; i < energy.length; i++) energy[i]! += part.energy[i]!;
    // A third of the strength of each component goes to each factor, so that all three have the same scale.
    const a = part.inputSpectrum.map(Math.cbrt);
    const b = part.outputSpectrum.map(Math.cbrt);
    for (let p = 0; p < inputs; p++) {
      for (let c = 0; c < ins; c++) input[(group * inputs + p) * ins + c] = a[p]! * part.v.data[p * ins + c]!;
    }
    for (let o = 0; o < outs; o++) {
      for (let q = 0; q < outputs; q++) output[(group * outs + o) * outputs + q] = b[q]! * part.u.data[q * outs + o]!;
    }
    for (let q = 0; q < outputs; q++) {
      for (let p = 0; p < inputs; p++) {
        const scale = a[p]! * b[q]!; // 0 only where the core is 0 too
        const from = (q * inputs + p) * area;
        const to = group * outputs * inputs * area + from;
        for (let i = 0; i < area; i++) core[to + i] = scale === 0 ? 0 : part.core[from + i]! / scale;
      }
    }
  });
  return {
    method: 'tucker2',
    shape: { groups, outPerGroup: outs, inPerGroup: ins, kernel },
    norm: metric ? Math.sqrt(energy.reduce((sum, value) => sum + value, 0)) : frobeniusNorm(block.data),
    fullRank: [inputs, outputs],
    spectra: [parts.map(part => part.inputSpectrum), parts.map(part => part.outputSpectrum)],
    energy,
    input,
    core,
    output,
  };
}
