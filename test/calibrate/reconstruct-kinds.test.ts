/** A reconstruction over a network of every kind of site, in the child process. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { CalibrationImages } from '../../src/calibrate/images.ts';
import { measureStatistics } from '../../src/calibrate/measure.ts';
import { openReconstructor } from '../../src/calibrate/reconstructor.ts';
import { normalizationTable } from '../../src/data/normalize.ts';
import { weightBlock } from '../../src/decompose/block.ts';
import { buildCandidate } from '../../src/decompose/configure.ts';
import { correctCandidate } from '../../src/decompose/corrections/apply.ts';
import { packAny, unpackAny } from '../../src/decompose/corrections/refit-packing.ts';
import { factorise } from '../../src/decompose/factorise.ts';
import { findSites } from '../../src/decompose/find-sites.ts';
import type { Assignment } from '../../src/decompose/method.ts';
import { inputsOfImages } from '../../src/images/open-inputs.ts';
import type { Model } from '../../src/onnx/graph.ts';
import { inferShapes } from '../../src/onnx/shapes.ts';
import { intTensor } from '../../src/onnx/tensor.ts';
import { seededRng } from '../../src/random/rng.ts';
import { factorsOf, ints, network, node, randomTensor, text } from '../decompose/networks.ts';
import { runNamed, withAllOutputs } from '../onnx/runtime.ts';

const folder = mkdtempSync(join(tmpdir(), 'rankfront-kinds-'));
afterAll(() => rmSync(folder, { recursive: true }));

const side = 8;
const count = 120;

/** An image up, as a volume, as a signal and as tokens; two convolutions share a weight. */
function everyKind(): Model {
  const rng = seededRng(4);
  const shapes = { volume: [0, 12, 4, 4, 16], tokens: [0, 12, 256], signal: [0, 12, -1] };
  return network({
    input: ['N', 3, side, side],
    nodes: [
      node('ConvTranspose', ['x', 'w1', 'b1'], 'up', { strides: ints(2, 2), pads: ints(1, 1, 1, 1) }),
      node('Relu', ['up'], 'r1'),
      node('Reshape', ['r1', 'volume'], 'v'),
      node('Conv', ['v', 'w2'], 'deep', { pads: ints(1, 1, 1, 1, 1, 1) }),
      node('Relu', ['deep'], 'r2'),
      node('Reshape', ['r2', 'tokens'], 't'),
      node('MatMul', ['w3', 't'], 'left'),
      node('Tanh', ['left'], 'r3'),
      node('Einsum', ['r3', 'w4'], 'mixed', { equation: text('bct,chd->bhtd') }),
      node('Relu', ['mixed'], 'r4'),
      node('Reshape', ['r4', 'signal'], 's'),
      node('Conv', ['s', 'w5', 'b5'], 'line', { strides: ints(2), pads: ints(1, 1) }),
      node('Conv', ['r1', 'w6'], 'one', { pads: ints(1, 1, 1, 1) }),
      node('Relu', ['one'], 'r6'),
      node('Conv', ['r6', 'w6'], 'two', { pads: ints(1, 1, 1, 1) }),
    ],
    constants: [
      randomTensor('w1', [3, 12, 4, 4], rng),
      randomTensor('b1', [12], rng),
      randomTensor('w2', [12, 12, 3, 3, 3], rng),
      randomTensor('w3', [12, 12], rng),
      randomTensor('w4', [12, 3, 4], rng),
      randomTensor('w5', [12, 12, 5], rng),
      randomTensor('b5', [12], rng),
      randomTensor('w6', [12, 12, 3, 3], rng),
      ...Object.entries(shapes).map(([name, sizes]) => intTensor(name, [sizes.length], sizes)),
    ],
    outputs: [
      { name: 'line', shape: null },
      { name: 'two', shape: null },
    ],
  });
}

const assignment: Assignment = {
  up: { method: 'input', rank: 2 },
  deep: { method: 'spatial', rank: 8 },
  left: { method: 'svd', rank: 4 },
  mixed: { method: 'svd', rank: 4 },
  line: { method: 'tucker2', rank: [6, 6] },
  one: { method: 'svd', rank: 6 },
};

function images(): { given: CalibrationImages; x: Float32Array } {
  const rng = seededRng(11);
  const bytes = Uint8Array.from({ length: count * 3 * side * side }, () => rng.integer(256));
  const path = join(folder, 'images.bin');
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

const model = everyKind();
const { sites } = findSites(model, inferShapes(model.graph, model.opsets));
const { given, x } = images();

/** Squared error of each site's output over its variance. */
async function siteErrors(candidate: Model): Promise<ReadonlyMap<string, number>> {
  const dims = [count, 3, side, side];
  const [truth, found] = [
    await runNamed(withAllOutputs(model), dims, x),
    await runNamed(withAllOutputs(candidate), dims, x),
  ];
  return new Map(
    sites.map(({ name, output }) => {
      const [y, other] = [truth.get(output)!, found.get(output)!];
      const mean = y.reduce((sum, each) => sum + each, 0) / y.length;
      const sum = (of: (each: number, i: number) => number): number => y.reduce((all, each, i) => all + of(each, i), 0);
      return [name, sum((each, i) => (each - other[i]!) ** 2) / sum(each => (each - mean) ** 2)] as const;
    }),
  );
}

/** Mean and variance of every channel of the transposed convolution. */
async function channelsOfUp(of: Model): Promise<readonly { readonly mean: number; readonly variance: number }[]> {
  const y = (await runNamed(withAllOutputs(of), [count, 3, side, side], x)).get('up')!;
  const area = y.length / count / 12;
  return Array.from({ length: 12 }, (_, c) => {
    const own = y.filter((_, i) => Math.floor(i / area) % 12 === c);
    const mean = own.reduce((sum, each) => sum + each, 0) / own.length;
    return { mean, variance: own.reduce((sum, each) => sum + (each - mean) ** 2, 0) / own.length };
  });
}

describe('a network of every kind of site', () => {
  test('is refitted in order, where what a layer reads is the same everywhere, and corrected elsewhere', async () => {
    expect(sites.map(({ name }) => name)).toEqual(['up', 'deep', 'left', 'mixed', 'line', 'one']);
    const candidate = buildCandidate(model, sites, factorsOf(model, sites), assignment);
    const opened = openReconstructor(model, sites, { images: given, threads: 1, scratch: folder, timeoutMs: 60_000 });
    if (opened.state === 'failed') throw new Error(opened.detail);
    const answer = await opened.value.corrections(candidate, sites);
    await opened.value.close();
    if (answer.state === 'failed') throw new Error(answer.detail);
    const refits = answer.value;
    // A shared weight is not corrected; a last layer that is transposed keeps its weight.
    expect([...refits.keys()]).toEqual(['up', 'deep', 'left', 'mixed', 'line']);
    expect([...refits].filter(([, each]) => 'weight' in each).map(([name]) => name)).toEqual([
      'deep',
      'left',
      'mixed',
      'line',
    ]);
    const corrected = correctCandidate(candidate, sites, refits);
    const [bare, now] = [await siteErrors(candidate), await siteErrors(corrected)];
    const refitted = [...refits.keys()].filter(name => name !== 'up');
    for (const name of refitted) expect(now.get(name), name).toBeLessThan(bare.get(name)!);
    const [truth, before, after] = [
      await channelsOfUp(model),
      await channelsOfUp(candidate),
      await channelsOfUp(corrected),
    ];
    truth.forEach(({ mean, variance }, c) => {
      expect(Math.abs(after[c]!.mean - mean)).toBeLessThan(0.02 * Math.sqrt(variance));
      expect(Math.abs(after[c]!.variance / variance - 1)).toBeLessThan(0.02);
    });
    expect(truth.some(({ variance }, c) => Math.abs(before[c]!.variance / variance - 1) > 0.02)).toBe(true);
    for (const { errorBefore, errorAfter } of refits.values()) expect(errorAfter).toBeLessThanOrEqual(errorBefore);
    // As they are stored.
    const stored = unpackAny(candidate, sites, packAny(candidate, sites, refits))!;
    const again = await siteErrors(correctCandidate(candidate, sites, stored));
    for (const [name, error] of again) expect(error).toBeCloseTo(now.get(name)!, 5);
  });

  test('has statistics from which data-aware factors lose less at every site, a shared weight by what all its layers see', async () => {
    const session = { provider: 'cpu', threads: 1, graphOptimization: 'all' } as const;
    const measured = await measureStatistics({ model, sites, images: given, session, seed: 1 });
    if (measured.state === 'failed') throw new Error(measured.detail);
    const aware = new Map(
      sites.map(site => [
        site.name,
        (method: 'svd') => {
          const seen = { statistics: measured.value.sites.get(site.name)!, images: 1e6 };
          return factorise(weightBlock(model, site), method, seen);
        },
      ]),
    );
    const byOne: Assignment = Object.fromEntries(sites.map(({ name }) => [name, { method: 'svd', rank: 4 }]));
    for (const site of sites) {
      const alone = { [site.name]: byOne[site.name]! };
      const lost = async (source: Parameters<typeof buildCandidate>[2]): Promise<number> =>
        (await siteErrors(buildCandidate(model, sites, source, alone))).get(site.name)!;
      const plain = await lost(factorsOf(model, sites));
      expect(await lost(name => aware.get(name)!('svd')), site.name).toBeLessThan(plain);
    }
    const [shared] = sites.slice(-1);
    expect(measured.value.sites.get(shared!.name)!.patches % 2).toBe(0);
  });
});
