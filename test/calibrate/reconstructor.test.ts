/** Refits of whole networks, in the child process, against values of the networks computed here. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { CalibrationImages } from '../../src/calibrate/images.ts';
import { openReconstructor, type SiteReconstruction } from '../../src/calibrate/reconstructor.ts';
import { normalizationTable } from '../../src/data/normalize.ts';
import { buildCandidate } from '../../src/decompose/configure.ts';
import { correctCandidate } from '../../src/decompose/corrections/apply.ts';
import type { ChannelCorrection } from '../../src/decompose/corrections/moments.ts';
import { packAny, unpackAny } from '../../src/decompose/corrections/refit-packing.ts';
import { lastNode, lastWeight } from '../../src/decompose/corrections/site-node.ts';
import { findSites } from '../../src/decompose/find-sites.ts';
import type { Assignment } from '../../src/decompose/method.ts';
import { fullRank } from '../../src/decompose/ranks.ts';
import type { Site } from '../../src/decompose/site.ts';
import { inputsOfImages } from '../../src/images/open-inputs.ts';
import type { Model, Tensor } from '../../src/onnx/graph.ts';
import { inferShapes } from '../../src/onnx/shapes.ts';
import { floatsOf, floatTensor } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { seededRng } from '../../src/random/rng.ts';
import { factorsOf, inHalf, int, ints, type NetworkParts, network, node, randomTensor } from '../decompose/networks.ts';
import { runNamed, withAllOutputs } from '../onnx/runtime.ts';

const folder = mkdtempSync(join(tmpdir(), 'rankfront-reconstruct-'));
afterAll(() => rmSync(folder, { recursive: true }));

const side = 8;
const pixels = 3 * side * side;

/** Conv, BatchNormalization and Relu; a residual branch of two; a strided convolution with a bias; Gemm and MatMul. */
function residual(): NetworkParts {
  const rng = seededRng(3);
  const constant = (name: string, ...dims: number[]): Tensor => randomTensor(name, dims, rng);
  const positive = (name: string, size: number): Tensor => {
    const values = new Float32Array(constant(name, size).bytes.slice().buffer).map(x => 0.5 + x * x);
    return { name, dims: [size], elementType: 'float32', bytes: new Uint8Array(values.buffer) };
  };
  const same = { kernel_shape: ints(3, 3), pads: ints(1, 1, 1, 1) };
  const norm = ['gamma', 'beta', 'mu', 'var'];
  return {
    input: ['N', 3, side, side],
    nodes: [
      node('Conv', ['x', 'w1'], 'y1', same),
      node('BatchNormalization', ['y1', ...norm], 'z1'),
      node('Relu', ['z1'], 'r1'),
      node('Conv', ['r1', 'w2'], 'y2', same),
      node('Relu', ['y2'], 'r2'),
      node('Conv', ['r2', 'w3'], 'y3', same),
      node('BatchNormalization', ['y3', ...norm], 'z3'),
      node('Add', ['z3', 'r1'], 's3'),
      node('Relu', ['s3'], 'r3'),
      node('Conv', ['r3', 'w4', 'b4'], 'y4', { ...same, strides: ints(2, 2) }),
      node('Relu', ['y4'], 'r4'),
      node('GlobalAveragePool', ['r4'], 'p4'),
      node('Flatten', ['p4'], 'f4'),
      node('Gemm', ['f4', 'w5', 'b5'], 'y5', { transB: int(1) }),
      node('MatMul', ['f4', 'w6'], 'y6'),
    ],
    constants: [
      constant('w1', 8, 3, 3, 3),
      positive('gamma', 8),
      constant('beta', 8),
      constant('mu', 8),
      positive('var', 8),
      constant('w2', 8, 8, 3, 3),
      constant('w3', 8, 8, 3, 3),
      constant('w4', 12, 8, 3, 3),
      constant('b4', 12),
      constant('w5', 9, 12),
      constant('b5', 9),
      constant('w6', 12, 10),
    ],
    outputs: [
      { name: 'y5', shape: ['N', 9] },
      { name: 'y6', shape: ['N', 10] },
    ],
  };
}

const truncated: Assignment = {
  y1: { method: 'spatial', rank: 3 },
  y2: { method: 'input', rank: 4 },
  y3: { method: 'tucker2', rank: [5, 4] },
  y4: { method: 'svd', rank: 5 },
  y5: { method: 'svd', rank: 4 },
  y6: { method: 'svd', rank: 4 },
};

function images(count: number, pixel?: (i: number) => number): { given: CalibrationImages; x: Float32Array } {
  const rng = seededRng(11);
  const bytes = Uint8Array.from({ length: count * pixels }, (_, i) => (pixel ? pixel(i) : rng.integer(256)));
  const path = join(folder, `images-${count}-${bytes[0]}-${bytes[1]}.bin`);
  writeFileSync(path, bytes);
  const kept = Int32Array.from({ length: count }, (_, i) => i);
  const table = normalizationTable('unit');
  return {
    given: {
      inputs: inputsOfImages({ path, height: side, width: side, count, kept, unreadable: [] }, {}, null),
      positions: kept,
      reading: { normalize: 'unit', channels: 'rgb' },
      batch: 8,
      datasetHash: '',
    },
    x: Float32Array.from(bytes, each => table[each]!),
  };
}

function parts(model: Model, assignment: Assignment = truncated) {
  const { sites } = findSites(model, inferShapes(model.graph, model.opsets));
  return { model, sites, candidate: buildCandidate(model, sites, factorsOf(model, sites), assignment) };
}

async function reconstructed(
  { model, sites, candidate }: ReturnType<typeof parts>,
  given: CalibrationImages,
): Promise<ReadonlyMap<string, SiteReconstruction>> {
  const opened = openReconstructor(model, sites, { images: given, threads: 1, scratch: folder, timeoutMs: 60_000 });
  if (opened.state === 'failed') throw new Error(opened.detail);
  try {
    const found = await opened.value.corrections(candidate, sites);
    if (found.state === 'failed') throw new Error(found.detail);
    return found.value;
  } finally {
    await opened.value.close();
  }
}

/** Squared error of each site's output over its variance about the channel means, both over all images. */
async function siteErrors(dense: Model, candidate: Model, sites: readonly Site[], x: Float32Array) {
  const dims = [x.length / pixels, 3, side, side];
  const [truth, found] = [
    await runNamed(withAllOutputs(dense), dims, x),
    await runNamed(withAllOutputs(candidate), dims, x),
  ];
  return new Map(
    sites.map(({ name, output, outChannels, kind }) => {
      const [y, other] = [truth.get(output)!, found.get(output)!];
      const area = kind === 'gemm' || kind === 'matmul' ? 1 : y.length / dims[0]! / outChannels;
      const channelOf = (i: number): number => Math.floor(i / area) % outChannels;
      const mean = new Float64Array(outChannels);
      y.forEach((each, i) => {
        mean[channelOf(i)]! += (each * outChannels) / y.length;
      });
      let [error, variance] = [0, 0];
      y.forEach((each, i) => {
        error += (each - other[i]!) ** 2;
        variance += (each - mean[channelOf(i)]!) ** 2;
      });
      return [name, error / variance] as const;
    }),
  );
}

/** Scale and shift that bring mean and variance of `found` to those of `truth`. */
function momentsOf({ outChannels }: Site, truth: Float64Array, found: Float64Array, area: number): ChannelCorrection {
  const [scale, shift] = [new Float32Array(outChannels), new Float32Array(outChannels)];
  const of = (values: Float64Array, c: number): readonly [number, number] => {
    const own = values.filter((_, i) => Math.floor(i / area) % outChannels === c);
    const mean = own.reduce((sum, each) => sum + each, 0) / own.length;
    return [mean, Math.sqrt(own.reduce((sum, each) => sum + (each - mean) ** 2, 0) / own.length)];
  };
  for (let c = 0; c < outChannels; c++) {
    const [[wanted, spread], [mean, own]] = [of(truth, c), of(found, c)];
    scale[c] = spread / own;
    shift[c] = wanted - (spread / own) * mean;
  }
  return { scale, shift };
}

describe('reconstruction in order', () => {
  test('brings every site closer to the dense output than bare factors', async () => {
    const world = parts(network(residual()));
    const { given, x } = images(160);
    const refits = await reconstructed(world, given);
    expect([...refits.values()].filter(each => 'weight' in each).length).toBeGreaterThanOrEqual(4);
    expect([...refits.keys()]).toEqual(['y1', 'y2', 'y3', 'y4', 'y5', 'y6']);
    const corrected = correctCandidate(world.candidate, world.sites, refits);
    const [bare, now] = [
      await siteErrors(world.model, world.candidate, world.sites, x),
      await siteErrors(world.model, corrected, world.sites, x),
    ];
    for (const [name, error] of now) expect(error).toBeLessThan(bare.get(name)!);
    for (const { errorBefore, errorAfter } of refits.values()) expect(errorAfter).toBeLessThanOrEqual(errorBefore);
  });

  /** Strided and padded layers by every method. */
  const byOthers: Assignment = { ...truncated, y2: { method: 'spatial', rank: 3 }, y3: { method: 'input', rank: 4 } };
  test.each([
    ['y1', truncated],
    ['y2', truncated],
    ['y3', truncated],
    ['y4', truncated],
    ['y4', { ...byOthers, y4: { method: 'spatial', rank: 3 } }],
    ['y4', { ...byOthers, y4: { method: 'input', rank: 4 } }],
    ['y4', { ...byOthers, y4: { method: 'tucker2', rank: [4, 5] } }],
  ] as const)('names the error of %s that the refitted sites before it leave', async (name, assignment) => {
    const count = 80;
    const world = parts(network(residual()), assignment);
    const { given, x } = images(count);
    const refits = await reconstructed(world, given);
    expect(refits.get(name)).toHaveProperty('weight');
    const earlier = new Map([...refits].filter(([other]) => other < name));
    const partly = correctCandidate(world.candidate, world.sites, earlier);
    const site = world.sites.filter(each => each.name === name);
    const dims = [count, 3, side, side];
    const [truth, found] = [
      (await runNamed(withAllOutputs(world.model), dims, x)).get(name)!,
      (await runNamed(withAllOutputs(partly), dims, x)).get(name)!,
    ];
    const channels = site[0]!.outChannels;
    const area = truth.length / count / channels;
    const shift = new Float32Array(channels);
    truth.forEach((each, i) => {
      shift[Math.floor(i / area) % channels]! += (each - found[i]!) / (count * area);
    });
    // The weight as it was, with the best bias.
    const centred = correctCandidate(partly, site, new Map([[name, { weight: lastWeight(partly, site[0]!), shift }]]));
    const before = (await siteErrors(world.model, centred, site, x)).get(name)!;
    expect(refits.get(name)!.errorBefore).toBeCloseTo(before, 4);
    // The refit as it was given, whose variances were brought back: no closer than the closest, closer than before or next to it.
    const refitted = correctCandidate(partly, site, new Map([[name, refits.get(name)!]]));
    const after = (await siteErrors(world.model, refitted, site, x)).get(name)!;
    expect(after).toBeGreaterThanOrEqual(refits.get(name)!.errorAfter - 1e-4);
    const moments = correctCandidate(partly, site, new Map([[name, momentsOf(site[0]!, truth, found, area)]]));
    expect(after).toBeLessThanOrEqual((await siteErrors(world.model, moments, site, x)).get(name)! + 0.01);
  });

  test('changes nothing where the factors are exact', async () => {
    const model = network(residual());
    const { sites } = findSites(model, inferShapes(model.graph, model.opsets));
    const full = Object.fromEntries(
      sites.map(site => [site.name, { method: 'svd', rank: fullRank(site, 'svd') } as const]),
    );
    const world = parts(model, full);
    const { given, x } = images(32);
    const corrected = correctCandidate(world.candidate, sites, await reconstructed(world, given));
    for (const [, error] of await siteErrors(model, corrected, sites, x)) expect(error).toBeLessThan(1e-8);
  });

  test('with too few patches for a weight brings means and variances back, the bias with them', async () => {
    const world = parts(network(residual()));
    const { given, x } = images(64);
    const refits = await reconstructed(world, given);
    expect(refits.get('y5')).toMatchObject({ ridge: Number.POSITIVE_INFINITY });
    expect(refits.get('y5')).toHaveProperty('scale');
    const corrected = correctCandidate(world.candidate, world.sites, refits);
    const measured = async (model: Model) => {
      const y = (await runNamed(model, [64, 3, side, side], x)).get('y5')!;
      return Array.from({ length: 9 }, (_, c) => {
        const column = y.filter((_, i) => i % 9 === c);
        const mean = column.reduce((sum, each) => sum + each, 0) / 64;
        return [mean, column.reduce((sum, each) => sum + (each - mean) ** 2, 0) / 64];
      });
    };
    const [bare, now, truth] = [
      await measured(world.candidate),
      await measured(corrected),
      await measured(world.model),
    ];
    // 64 images are believed by 64 / 65.
    truth.forEach(([mean, variance], c) => {
      expect(Math.abs(now[c]![0]! - mean!)).toBeLessThan(0.05 * Math.abs(bare[c]![0]! - mean!) + 1e-5);
      expect(Math.abs(now[c]![1]! - variance!)).toBeLessThan(0.1 * Math.abs(bare[c]![1]! - variance!) + 1e-5);
    });
  });

  test('in half precision finds what it finds in single precision, to its rounding', async () => {
    const halfConstants = residual().constants.map(each =>
      floatTensor(each.name, each.dims, floatsOf(each), 'float16'),
    );
    const half = parts(inHalf({ ...residual(), constants: halfConstants }), {
      y1: truncated.y1!,
      y2: truncated.y2!,
      y4: truncated.y4!,
    });
    const single = parts(network(residual()), { y1: truncated.y1!, y2: truncated.y2!, y4: truncated.y4! });
    const { given } = images(32);
    const only = (world: typeof half) => ({
      ...world,
      sites: world.sites.filter(({ name }) => ['y1', 'y2', 'y4'].includes(name)),
    });
    const [found, expected] = [await reconstructed(only(half), given), await reconstructed(only(single), given)];
    expect(half.sites.every(({ elementType }) => elementType === 'float16')).toBe(true);
    expect([...found.keys()]).toEqual(['y1', 'y2', 'y4']);
    for (const [name, { errorBefore, errorAfter }] of expected) {
      expect(found.get(name)!.errorBefore).toBeCloseTo(errorBefore, 2);
      expect(found.get(name)!.errorAfter).toBeCloseTo(errorAfter, 2);
    }
  });

  test.each([1, 2, 5])(
    'with %i images everything stays finite, and the error on them does not explode',
    async count => {
      const world = parts(network(residual()));
      const { given } = images(count);
      const refits = await reconstructed(world, given);
      const corrected = correctCandidate(world.candidate, world.sites, refits);
      const others = images(40).x;
      const [bare, now] = [
        await siteErrors(world.model, world.candidate, world.sites, others),
        await siteErrors(world.model, corrected, world.sites, others),
      ];
      for (const [name, error] of now) {
        expect(error).toBeGreaterThanOrEqual(0);
        expect(error).toBeLessThan(2 * bare.get(name)! + 0.1);
      }
    },
  );

  test('constant images, so constant inputs of some sites, give finite weights', async () => {
    const world = parts(network(residual()));
    const { given } = images(16, () => 128);
    for (const found of (await reconstructed(world, given)).values()) {
      const numbers = 'weight' in found ? found.weight : found.scale;
      expect([...numbers, ...found.shift].every(Number.isFinite)).toBe(true);
    }
  });

  test('the same images give the same bits, and what was packed is unpacked', async () => {
    const world = parts(network(residual()));
    const { given } = images(24);
    const [one, other] = [await reconstructed(world, given), await reconstructed(world, given)];
    const { candidate, sites } = world;
    const packed = packAny(candidate, sites, one);
    expect(packAny(candidate, sites, other)).toEqual(packed);
    const back = unpackAny(candidate, sites, packed)!;
    expect(writeModel(correctCandidate(candidate, sites, back))).toEqual(
      writeModel(correctCandidate(candidate, sites, one)),
    );
    expect(unpackAny(candidate, sites, packed.subarray(4))).toBeNull();
    expect(unpackAny(candidate, sites.slice(1), packed)).toBeNull();
    const moments = packAny(candidate, sites, new Map());
    expect(unpackAny(candidate, sites, moments)!.get('y1')).toHaveProperty('scale');
  });

  test('a site that stays dense keeps its node, and a batch of a fixed size is served', async () => {
    const { y1, y4 } = truncated;
    const world = parts(network({ ...residual(), input: [4, 3, side, side] }), { y1: y1!, y4: y4! });
    const factorised = world.sites.filter(({ name }) => name === 'y1' || name === 'y4');
    const refits = await reconstructed({ ...world, sites: factorised }, images(18).given);
    expect([...refits.keys()]).toEqual(['y1', 'y4']);
    const corrected = correctCandidate(world.candidate, factorised, refits);
    const y2 = world.sites.find(({ name }) => name === 'y2')!;
    expect(lastNode(corrected, y2)).toBe(lastNode(world.model, y2));
  });

  test('says so where the model takes more images at once than there are', () => {
    const { model, sites } = parts(network({ ...residual(), input: [16, 3, side, side] }));
    const options = { images: images(9).given, threads: 1, scratch: folder, timeoutMs: 60_000 };
    expect(openReconstructor(model, sites, options)).toMatchObject({ state: 'failed', reason: 'runtime-rejected' });
  });
});
