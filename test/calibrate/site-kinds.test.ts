/** What calibration measures and corrects at every kind of site, against the outputs themselves. */
import { describe, expect, test } from 'vitest';
import { weightBlock } from '../../src/decompose/block.ts';
import { buildCandidate } from '../../src/decompose/configure.ts';
import { correctCandidate } from '../../src/decompose/corrections/apply.ts';
import { momentProbe } from '../../src/decompose/corrections/moment-probe.ts';
import { type ChannelMoments, correctionOf, correctionRule } from '../../src/decompose/corrections/moments.ts';
import { factorise } from '../../src/decompose/factorise.ts';
import { findSites } from '../../src/decompose/find-sites.ts';
import { rungOf } from '../../src/decompose/method.ts';
import type { Site } from '../../src/decompose/site.ts';
import { unpackedMoments } from '../../src/decompose/statistics.ts';
import { symmetricEigen } from '../../src/linalg/symmetric-eigen.ts';
import type { Model } from '../../src/onnx/graph.ts';
import { inferShapes } from '../../src/onnx/shapes.ts';
import { floatsOf } from '../../src/onnx/tensor.ts';
import { seededRng } from '../../src/random/rng.ts';
import { factorsOf, randomTensor, uniform } from '../decompose/networks.ts';
import { type KindCase, kindCases } from '../decompose/site-kinds.ts';
import { runNamed } from '../onnx/runtime.ts';
import { distance } from './oracle.ts';
import { channelsOf, dot, lostOf, meanOf, measured, secondMomentOf } from './outputs.ts';

/** Full weights, so that every rank leaves something out. */
const cases = kindCases(seededRng(5)).map(each => ({ ...each, model: withFullWeights(each.model) }));

function withFullWeights(model: Model): Model {
  const initializers = [...model.graph.initializers.values()].map(tensor =>
    tensor.name === 'w' || tensor.name === 'v' ? randomTensor(tensor.name, tensor.dims, seededRng(9)) : tensor,
  );
  return { ...model, graph: { ...model.graph, initializers: new Map(initializers.map(each => [each.name, each])) } };
}

const siteOf = ({ graph, opsets }: Model): Site =>
  findSites({ graph, opsets } as Model, inferShapes(graph, opsets)).sites[0]!;

/** Inputs that are no noise: their second moment has large and small eigenvalues. */
function inputOf({ input }: Pick<KindCase, 'input'>): Float32Array {
  const values = uniform(
    seededRng(2),
    input.reduce((a, b) => a * b, 1),
  );
  return values.map((value, i) => (i === 0 ? value : 0.7 * values[i - 1]! + value + 0.1));
}

/** Without the bias. */
function unbiased({ graph }: Model, outputs: readonly Float64Array[]): Float64Array[] {
  const bias = graph.initializers.get('b');
  const values = bias ? floatsOf(bias) : new Float32Array(outputs.length);
  return outputs.map((channel, c) => channel.map(value => value - values[c]!));
}

describe.each(cases)('$name', each => {
  const { model } = each;
  const site = siteOf(model);
  const x = inputOf(each);
  const batch = { dims: each.input, x };
  const outs = site.outChannels / site.groups;

  test('has the moments of its outputs, measured or as W S W of its inputs', async () => {
    const statistics = await measured(model, site, batch);
    const outputs = await channelsOf(model, 'y', each.channels, batch);
    expect(distance(outputs.map(meanOf), statistics.outputMean)).toBeLessThan(1e-4);
    const variance = outputs.map(channel => dot(channel, channel) - meanOf(channel) ** 2);
    expect(distance(variance, statistics.outputVariance)).toBeLessThan(1e-3);
    const bare = unbiased(model, outputs);
    const block = weightBlock(model, site);
    for (let g = 0; g < site.groups; g++) {
      const own = bare.slice(g * outs, (g + 1) * outs);
      const expected = secondMomentOf(own);
      const { input, output } = statistics;
      const found = output
        ? unpackedMoments(output, g)
        : outputMoment(block.data, unpackedMoments(input!, g), outs, input!.order);
      expect(distance(expected, found)).toBeLessThan(1e-4);
    }
  });

  test('keeps of its outputs what their principal components hold', async () => {
    if (site.groups > 1) return;
    const statistics = await measured(model, site, batch);
    const bare = unbiased(model, await channelsOf(model, 'y', each.channels, batch));
    const moment = { rows: outs, cols: outs, data: secondMomentOf(bare) };
    const values = [...symmetricEigen(moment).values].sort((a, b) => b - a);
    // As if from so many images that the moments are believed.
    const factors = factorise(weightBlock(model, site), 'svd', { statistics, images: 1e9 });
    for (const rank of [2, 5]) {
      const assignment = { [site.name]: rungOf('svd', rank) };
      const lost = async (source: Parameters<typeof buildCandidate>[2]): Promise<number> => {
        const found = unbiased(
          model,
          await channelsOf(buildCandidate(model, [site], source, assignment), 'y', each.channels, batch),
        );
        return lostOf(bare, found);
      };
      const least = values.slice(rank).reduce((sum, value) => sum + value, 0);
      const error = await lost(() => factors);
      expect(error / least).toBeGreaterThan(1 - 1e-3);
      expect(error / least).toBeLessThan(1.01);
      expect(await lost(factorsOf(model, [site]))).toBeGreaterThan(error);
    }
  });

  test('gets its means and variances back, as the probe tells and as they are written', async () => {
    for (const method of site.methods) {
      const assignment = { [site.name]: rungOf(method, method === 'tucker2' ? [3, 3] : 3) };
      const candidate = buildCandidate(model, [site], factorsOf(model, [site]), assignment);
      const momentsOf = async (of: Model): Promise<ChannelMoments> => {
        const probe = momentProbe(of, [site], null);
        const answers = await runNamed(probe.model, each.input, x);
        const [{ mean, variance } = { mean: '', variance: '' }] = probe.sites;
        return { mean: answers.get(mean)!, variance: answers.get(variance)! };
      };
      const dense = await momentsOf(model);
      const outputs = await channelsOf(model, 'y', each.channels, batch);
      expect(distance(outputs.map(meanOf), dense.mean)).toBeLessThan(1e-4);
      const rule = { ...correctionRule(dense, 1e12), maximumGain: 1e6 };
      const correction = correctionOf(dense, await momentsOf(candidate), rule);
      const corrected = correctCandidate(candidate, [site], new Map([[site.name, correction]]));
      const now = await channelsOf(corrected, 'y', each.channels, batch);
      expect(distance(outputs.map(meanOf), now.map(meanOf)), method).toBeLessThan(1e-3);
      const spread = (channel: Float64Array): number => dot(channel, channel) - meanOf(channel) ** 2;
      expect(distance(outputs.map(spread), now.map(spread)), method).toBeLessThan(1e-2);
      // In one go, with the correction in the graph.
      const probe = momentProbe(candidate, [site], new Map([[site.name, { dense, rule }]]));
      const inside = await channelsOf(probe.model, 'y', each.channels, batch);
      expect(
        distance(
          now.flatMap(channel => [...channel]),
          inside.flatMap(channel => [...channel]),
        ),
        method,
      ).toBeLessThan(1e-3);
    }
  });
});

/** W S W', outs x outs. */
function outputMoment(weight: Float32Array, s: Float64Array, outs: number, order: number): Float64Array {
  const result = new Float64Array(outs * outs);
  for (let a = 0; a < outs; a++)
    for (let i = 0; i < order; i++) {
      let sum = 0;
      for (let j = 0; j < order; j++) sum += weight[a * order + j]! * s[j * order + i]!;
      for (let b = 0; b < outs; b++) result[a * outs + b]! += sum * weight[b * order + i]!;
    }
  return result;
}
