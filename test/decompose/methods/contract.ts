/** What every method must keep to. It needs the record alone, so that a method can be tried before it is in the table. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type WeightBlock, weightBlock } from '../../../src/decompose/block.ts';
import type { DenseNode } from '../../../src/decompose/dense-node.ts';
import { blockShape } from '../../../src/decompose/geometry.ts';
import type { FactorMethod, Rank } from '../../../src/decompose/methods/factor-method.ts';
import { dropUnused } from '../../../src/decompose/passes/drop-unused.ts';
import { modelCost } from '../../../src/onnx/cost.ts';
import type { Model } from '../../../src/onnx/graph.ts';
import { runPass } from '../../../src/onnx/pass.ts';
import { floatTensor } from '../../../src/onnx/tensor.ts';
import { seededRng } from '../../../src/random/rng.ts';
import { relativeError, run, uniform } from '../networks.ts';
import { allRanks, chainLayers, composedKernel, leadingPart, rankAt, relativeDistance } from './chains.ts';
import { blocks, type Convolution, convolutions, modelOf } from './geometries.ts';

export function methodContract(method: FactorMethod): void {
  const { name, lowest, factorCount } = method;
  const applying = convolutions.filter(each => method.applies(blockShape(modelOf(each).site)));

  /** The model with the chain in the place of its one convolution. */
  const rewritten = ({ model, site }: { model: Model; site: DenseNode }, rank: Rank): Model => {
    const factors = method.factors(weightBlock(model, site), null);
    return dropUnused(runPass(method.pass(site, factors, rank), model).model, [site.weight]);
  };
  const imageOf = ({ size, batch, ins, groups, seed }: Convolution) => {
    const dims = [batch, ins * groups, ...size];
    return [
      dims,
      uniform(
        seededRng(seed + 1),
        dims.reduce((a, b) => a * b, 1),
      ),
    ] as const;
  };

  test('has a name that layers and files can carry, and ranks that start at 1', () => {
    expect(name).toMatch(/^[a-z][a-z0-9]*$/);
    expect([lowest].flat().every(rank => rank === 1)).toBe(true);
  });

  test('gives the outputs of the dense convolution at full rank', async () => {
    await fc.assert(
      fc.asyncProperty(applying, async convolution => {
        const { model, site } = modelOf(convolution);
        const [dims, x] = imageOf(convolution);
        const [dense] = await run(model, dims, x);
        const [outputs] = await run(rewritten({ model, site }, method.fullRank(blockShape(site))), dims, x);
        expect(relativeError(dense!, outputs!)).toBeLessThan(1e-4);
      }),
      { numRuns: 40 },
    );
  });

  test('gives the outputs of the multiplied-out weight below full rank', async () => {
    await fc.assert(
      fc.asyncProperty(applying, fc.double({ min: 0, max: 1, noNaN: true }), async (convolution, share) => {
        const { model, site } = modelOf(convolution);
        const [dims, x] = imageOf(convolution);
        const rank = rankAt(method.fullRank(blockShape(site)), share);
        const factors = method.factors(weightBlock(model, site), null);
        const weight = Float32Array.from(method.multiplyOut(factors, rank));
        const initializers = new Map(model.graph.initializers).set('w', floatTensor('w', site.weightDims, weight));
        const [expected] = await run({ ...model, graph: { ...model.graph, initializers } }, dims, x);
        const [outputs] = await run(rewritten({ model, site }, rank), dims, x);
        expect(relativeError(expected!, outputs!)).toBeLessThan(1e-4);
      }),
      { numRuns: 30 },
    );
  });

  test('costs what the rewritten graph costs', () => {
    let cheaper = 0;
    fc.assert(
      fc.property(applying, fc.double({ min: 0, max: 1, noNaN: true }), (convolution, share) => {
        const { model, site } = modelOf(convolution);
        const full = method.fullRank(blockShape(site));
        for (const rank of [lowest, rankAt(full, share), full]) {
          const layers = method.layers(site, rank);
          const cost = modelCost(rewritten({ model, site }, rank));
          expect(layers).toHaveLength(factorCount);
          expect(layers.reduce((sum, { weights, positions }) => sum + weights * positions, 0)).toBe(cost.macs);
          expect(layers.reduce((sum, { weights }) => sum + weights, site.biasParams)).toBe(cost.params);
          if (rank === lowest && cost.macs < modelCost(model).macs) cheaper++;
        }
      }),
      { numRuns: 60 },
    );
    expect(cheaper).toBeGreaterThan(10);
  });

  test('is cheaper at its lowest rank where it applies to layers with room for that', () => {
    const roomy = convolutions
      .map(each => ({ ...each, ins: each.ins + 6, outs: each.outs + 6, strides: [1, 1] as [number, number] }))
      .map(each => ({ ...each, pads: same(each.kernel, each.dilations) }))
      .filter(each => method.applies(blockShape(modelOf(each).site)));
    fc.assert(
      fc.property(roomy, convolution => {
        const { model, site } = modelOf(convolution);
        expect(modelCost(rewritten({ model, site }, lowest)).macs).toBeLessThan(site.macs);
      }),
      { numRuns: 40 },
    );
  });

  test('writes a chain that comes to the multiplied-out weight, whose layers nest in the rank', () => {
    fc.assert(
      fc.property(applying, fc.double({ min: 0, max: 1, noNaN: true }), (convolution, share) => {
        const { model, site } = modelOf(convolution);
        const full = method.fullRank(blockShape(site));
        const rank = rankAt(full, share);
        const factors = method.factors(weightBlock(model, site), null);
        const whole = chainLayers(rewritten({ model, site }, full));
        const slice = chainLayers(rewritten({ model, site }, rank));
        expect(slice).toHaveLength(factorCount);
        slice.forEach((layer, i) => {
          expect(layer.data).toEqual(leadingPart(whole[i]!, layer.dims, site.groups));
        });
        const kernel = composedKernel(slice, site.groups);
        expect(relativeDistance(method.multiplyOut(factors, rank), kernel)).toBeLessThan(1e-6);
      }),
      { numRuns: 40 },
    );
  });

  test('leaves out exactly what the closed form says, never more than its bound, and nothing at full rank', () => {
    fc.assert(
      fc.property(blocks, block => {
        const factors = method.factors(block, null);
        const full = method.fullRank(block);
        expect(factors.fullRank).toEqual(full);
        for (const rank of allRanks(full)) {
          const { relative, bound } = method.truncation(factors, rank);
          const measured = relativeDistance(block.data, method.multiplyOut(factors, rank));
          expect(Math.abs(measured - relative)).toBeLessThan(1e-6 + 1e-5 * relative);
          expect(relative).toBeLessThanOrEqual(bound * (1 + 1e-12));
          if (typeof rank === 'number') expect(bound).toBe(relative);
        }
        expect(method.truncation(factors, full).relative).toBeLessThan(1e-12);
      }),
      { numRuns: 40 },
    );
  });

  test('loses no less at a lower rank', () => {
    const rounding = 1e-12; // two equal losses are sums of the same numbers in another order
    fc.assert(
      fc.property(blocks, block => {
        const factors = method.factors(block, null);
        const loss = (rank: Rank): number => method.truncation(factors, rank).relative;
        for (const rank of allRanks(method.fullRank(block)))
          for (const lower of lowerNeighbours(rank)) expect(loss(lower)).toBeGreaterThanOrEqual(loss(rank) - rounding);
      }),
      { numRuns: 40 },
    );
  });

  test('scales with the weight: eight times the weight, the same relative error', () => {
    fc.assert(
      fc.property(blocks, block => {
        const factors = method.factors(block, null);
        const scaled = method.factors({ ...block, data: block.data.map(x => 8 * x) }, null);
        expect(scaled.norm).toBeCloseTo(8 * factors.norm, 5);
        for (const rank of allRanks(method.fullRank(block)))
          expect(method.truncation(scaled, rank).relative).toBeCloseTo(method.truncation(factors, rank).relative, 6);
      }),
      { numRuns: 20 },
    );
  });

  test('treats groups alike: two equal ones have the factors of one, twice', () => {
    const data = uniform(seededRng(5), 6 * 5 * 9);
    const one: WeightBlock = { groups: 1, outPerGroup: 6, inPerGroup: 5, kernel: [3, 3], data };
    const two: WeightBlock = { ...one, groups: 2, data: Float32Array.of(...data, ...data) };
    const [single, double] = [method.factors(one, null), method.factors(two, null)];
    for (const rank of allRanks(method.fullRank(one)))
      expect(method.truncation(double, rank).relative).toBeCloseTo(method.truncation(single, rank).relative, 12);
    expect(double.norm).toBeCloseTo(single.norm * Math.SQRT2, 10);
    expect(method.work(two)).toBe(2 * method.work(one));
  });

  test('gives all of its layers the same scale', () => {
    const { model, site } = modelOf({ ...squarePlain, ins: 12, outs: 16, seed: 3 });
    const norms = chainLayers(rewritten({ model, site }, method.fullRank(blockShape(site)))).map(({ data }) =>
      Math.hypot(...data),
    );
    expect(Math.max(...norms) / Math.min(...norms)).toBeLessThan(3);
  });
}

const squarePlain: Omit<Convolution, 'ins' | 'outs' | 'seed'> = {
  kernel: [3, 3],
  strides: [1, 1],
  dilations: [1, 1],
  pads: [1, 1, 1, 1],
  groups: 1,
  bias: false,
  size: [14, 14],
  batch: 1,
};

/** So much padding that as many positions come out as go in. */
function same([height, width]: readonly [number, number], dilations: readonly [number, number]): Convolution['pads'] {
  const [rows, columns] = [dilations[0] * (height - 1), dilations[1] * (width - 1)];
  return [rows >> 1, columns >> 1, rows - (rows >> 1), columns - (columns >> 1)];
}

const lowerNeighbours = (rank: Rank): Rank[] =>
  typeof rank === 'number'
    ? [rank - 1].filter(each => each >= 1)
    : (
        [
          [rank[0] - 1, rank[1]],
          [rank[0], rank[1] - 1],
        ] as const
      ).filter(pair => Math.min(...pair) >= 1);
