import fc from 'fast-check';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { accumulator } from '../../src/calibrate/accumulate.ts';
import { outputScales } from '../../src/calibrate/batch-norm.ts';
import type { ProbeAverages } from '../../src/calibrate/messages.ts';
import { type StatisticsLimits, statisticsGraph } from '../../src/calibrate/statistics-graph.ts';
import { findSites } from '../../src/decompose/find-sites.ts';
import type { Site } from '../../src/decompose/site.ts';
import { unpackedMoments } from '../../src/decompose/statistics.ts';
import type { Model } from '../../src/onnx/graph.ts';
import { inferShapes } from '../../src/onnx/shapes.ts';
import { floatTensor } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { seededRng } from '../../src/random/rng.ts';
import { float, inHalf, int, ints, network, node, randomTensor, run, uniform } from '../decompose/networks.ts';
import { columnsOf, distance, meanOf, patchesOf, secondMoment } from './oracle.ts';

/** Runs the graph on `batches` and sums up, as the child does. */
async function probed(
  model: Model,
  sites: readonly Site[],
  dims: readonly number[],
  batches: readonly Float32Array[],
  limits?: StatisticsLimits,
  images = dims[0]!,
  fixed = false,
) {
  const graph = statisticsGraph(model, sites, fixed ? images : null, limits);
  const session = await InferenceSession.create(writeModel(graph.model), { logSeverityLevel: 3, intraOpNumThreads: 1 });
  const sums = graph.probes.map(({ site, taps }) =>
    accumulator({
      groups: site.groups,
      taps,
      entries: site.inChannels * site.kernel[0] * site.kernel[1],
      outputs: site.outChannels,
    }),
  );
  const rng = seededRng(5);
  for (const batch of batches) {
    const feeds: Record<string, OrtTensor> = { x: new OrtTensor('float32', batch, dims) };
    for (const { sample } of graph.probes) {
      if (!sample) continue;
      const lists = sample.inOneList ? images : 1;
      const numbers = Array.from({ length: lists * sample.count }, (_, i) =>
        BigInt(Math.floor(i / sample.count) * sample.of + rng.integer(sample.of)),
      );
      feeds[sample.input] = new OrtTensor('int64', BigInt64Array.from(numbers), [numbers.length]);
    }
    const answers = await session.run(feeds);
    const values = (name: string | null) => (name === null ? null : (answers[name]!.data as Float32Array));
    graph.probes.forEach(({ outputs, patches }, i) => {
      sums[i]!.add({
        images,
        patches: images * patches,
        inputMean: values(outputs.inputMean)!,
        outputMean: values(outputs.outputMean)!,
        outputSquare: values(outputs.outputSquare)!,
        input: values(outputs.input),
        output: values(outputs.output),
      });
    });
  }
  await session.release();
  return { probes: graph.probes, answers: sums.map((sum): ProbeAverages => sum.finish()) };
}

const pair = (min: number, max: number) => fc.tuple(fc.integer({ min, max }), fc.integer({ min, max }));
const convolutions = fc.record({
  kernel: pair(1, 4),
  strides: pair(1, 3),
  dilations: pair(1, 2),
  pads: fc.tuple(...Array.from({ length: 4 }, () => fc.integer({ min: 0, max: 2 }))),
  groups: fc.constantFrom(1, 1, 2),
  bias: fc.boolean(),
  kind: fc.constantFrom('patch', 'column', 'channel') as fc.Arbitrary<'patch' | 'column' | 'channel'>,
  seed: fc.integer(),
});
/** Limits that leave the wanted kind as the largest that is affordable, for 4 channels per group. */
const limitsFor = (kind: 'patch' | 'column' | 'channel', [height]: readonly number[]): StatisticsLimits => ({
  patch: kind === 'patch' ? 1000 : 0,
  order: kind === 'patch' ? 1000 : kind === 'column' ? 4 * height! : 4,
  sampleMacs: 1e9,
  leastSamples: 49,
});

describe('a convolution', () => {
  test('has the moments and means of its patches and outputs, whatever its geometry', async () => {
    const kinds = new Set<string>();
    await fc.assert(
      fc.asyncProperty(convolutions, async c => {
        const rng = seededRng(c.seed);
        const [ins, outs] = [4 * c.groups, 4 * c.groups];
        const size = [9, 11] as const;
        const dims = [3, ins, ...size];
        const model = network({
          input: ['batch', ins, ...size],
          nodes: [
            node('Conv', c.bias ? ['x', 'w', 'b'] : ['x', 'w'], 'y', {
              kernel_shape: ints(...c.kernel),
              strides: ints(...c.strides),
              dilations: ints(...c.dilations),
              pads: ints(...c.pads),
              group: int(c.groups),
            }),
          ],
          constants: [
            randomTensor('w', [outs, 4, ...c.kernel], rng),
            ...(c.bias ? [randomTensor('b', [outs], rng)] : []),
          ],
          outputs: [{ name: 'y', shape: null }],
        });
        const [site] = findSites(model, inferShapes(model.graph, model.opsets)).sites;
        if (!site) return;
        const batches = [1, 2].map(i => uniform(seededRng(c.seed + i), 3 * ins * 99).map(value => value + 0.3));
        const { probes, answers } = await probed(model, [site], dims, batches, limitsFor(c.kind, c.kernel));
        const [answer] = answers;
        const all = batches.map(batch => patchesOf(site, batch, 3).groups);
        const groups = Array.from({ length: c.groups }, (_, g) => all.flatMap(each => each[g]!));
        const outputs = (await Promise.all(batches.map(batch => run(model, dims, batch)))).map(([y]) => y!);
        const positions = site.outputSize[0] * site.outputSize[1];
        expect(answer!.patches).toBe(6 * positions);
        expect(
          distance(
            groups.flatMap(each => [...meanOf(each)]),
            answer!.inputMean,
          ),
        ).toBeLessThan(1e-5);
        const channels = Array.from({ length: outs }, (_, o) =>
          outputs.flatMap(y =>
            [0, 1, 2].flatMap(n => [...y.subarray((n * outs + o) * positions, (n * outs + o + 1) * positions)]),
          ),
        );
        const mean = channels.map(values => values.reduce((a, b) => a + b, 0) / values.length);
        const variance = channels.map(
          (values, o) => values.reduce((sum, v) => sum + (v - mean[o]!) ** 2, 0) / values.length,
        );
        expect(distance(mean, answer!.outputMean)).toBeLessThan(1e-4);
        expect(distance(variance, answer!.outputVariance)).toBeLessThan(1e-4);
        const { kind, order } = probes[0]!;
        kinds.add(`${kind}`);
        const width = kind === 'patch' ? 1 : kind === 'column' ? c.kernel[1] : c.kernel[0] * c.kernel[1];
        groups.forEach((patches, g) => {
          const expected = secondMoment(width === 1 ? patches : columnsOf(patches, width));
          expect(distance(expected, unpackedMoments({ order, data: answer!.input! }, g))).toBeLessThan(1e-5);
        });
        if (kind === 'patch') expect(answer!.output).toBeNull();
        else {
          const bias = c.bias
            ? new Float32Array(model.graph.initializers.get('b')!.bytes.buffer.slice(0))
            : new Float32Array(outs);
          groups.forEach((_, g) => {
            const rows = Array.from({ length: 6 * positions }, (_, row) =>
              Float64Array.from({ length: 4 }, (_, o) => channels[g * 4 + o]![row]! - bias[g * 4 + o]!),
            );
            expect(distance(secondMoment(rows), unpackedMoments({ order: 4, data: answer!.output! }, g))).toBeLessThan(
              1e-4,
            );
          });
        }
      }),
      { numRuns: 40 },
    );
    expect(kinds).toEqual(new Set(['patch', 'column', 'channel']));
  });

  test('has its moments from a sample where there are too many positions, and its means from all', async () => {
    const model = network({
      input: ['batch', 4, 20, 20],
      nodes: [node('Conv', ['x', 'w'], 'y', { pads: ints(1, 1, 1, 1) })],
      constants: [randomTensor('w', [4, 4, 3, 3], seededRng(1))],
      outputs: [{ name: 'y', shape: null }],
    });
    const { sites } = findSites(model, inferShapes(model.graph, model.opsets));
    const batches = Array.from({ length: 40 }, (_, i) => uniform(seededRng(i), 2 * 4 * 400));
    const limits = { patch: 100, order: 100, sampleMacs: 36 * 36 * 60, leastSamples: 10 };
    const { probes, answers } = await probed(model, sites, [2, 4, 20, 20], batches, limits);
    expect(probes[0]!.sample).toMatchObject({ of: 400, count: 60 });
    expect(answers[0]!.patches).toBe(40 * 2 * 60);
    const patches = batches.flatMap(batch => patchesOf(sites[0]!, batch, 2).groups[0]!);
    expect(distance(meanOf(patches), answers[0]!.inputMean)).toBeLessThan(1e-4);
    // 4,800 of 32,000 patches: within a few standard errors.
    expect(distance(secondMoment(patches), unpackedMoments({ order: 36, data: answers[0]!.input! }, 0))).toBeLessThan(
      0.08,
    );
  });

  test('in float16 is measured in float32', async () => {
    const rng = seededRng(2);
    const model = inHalf({
      input: ['batch', 4, 8, 8],
      nodes: [node('Conv', ['x', 'w', 'b'], 'y', { strides: ints(2, 2) })],
      constants: [randomTensor('w', [6, 4, 3, 3], rng, 'float16'), randomTensor('b', [6], rng, 'float16')],
      outputs: [{ name: 'y', shape: null }],
    });
    const { sites } = findSites(model, inferShapes(model.graph, model.opsets));
    const x = uniform(seededRng(3), 2 * 4 * 64);
    const { answers } = await probed(model, sites, [2, 4, 8, 8], [x]);
    const expected = secondMoment(patchesOf(sites[0]!, x, 2).groups[0]!);
    expect(distance(expected, unpackedMoments({ order: 36, data: answers[0]!.input! }, 0))).toBeLessThan(2e-3);
  });
});

describe('a matrix', () => {
  test('has the moments of its rows, also of a transposed input and of sequences', async () => {
    const cases = [
      { dims: [5, 7], images: 5, nodes: [node('Gemm', ['x', 'w'], 'y', {})], transposed: false },
      { dims: [7, 5], images: 1, nodes: [node('Gemm', ['x', 'w'], 'y', { transA: int(1) })], transposed: true },
      { dims: [2, 5, 7], images: 2, nodes: [node('MatMul', ['x', 'w'], 'y')], transposed: false },
    ];
    for (const { dims, images, nodes, transposed } of cases) {
      const model = network({
        input: dims,
        nodes,
        constants: [randomTensor('w', [7, 6], seededRng(1))],
        outputs: [{ name: 'y', shape: null }],
      });
      const { sites } = findSites(model, inferShapes(model.graph, model.opsets));
      const x = uniform(
        seededRng(4),
        dims.reduce((a, b) => a * b, 1),
      );
      const limits = { patch: 100, order: 100, sampleMacs: 1e9, leastSamples: 1000 };
      const { answers, probes } = await probed(model, sites, dims, [x], limits, images, true);
      const count = x.length / 7;
      const rows = Array.from({ length: count }, (_, r) =>
        Float64Array.from({ length: 7 }, (_, i) => x[transposed ? i * count + r : r * 7 + i]!),
      );
      expect(answers[0]!.patches).toBe(count);
      expect(distance(secondMoment(rows), unpackedMoments({ order: 7, data: answers[0]!.input! }, 0))).toBeLessThan(
        1e-5,
      );
      expect(distance(meanOf(rows), answers[0]!.inputMean)).toBeLessThan(1e-5);
      expect(probes[0]!.kind).toBe('patch');
    }
  });
});

test('the scale of an output is that of the BatchNormalization that alone reads it', () => {
  const ones = (name: string, values: readonly number[]) =>
    floatTensor(name, [values.length], Float32Array.from(values));
  const conv = node('Conv', ['x', 'w'], 'y');
  const norm = node('BatchNormalization', ['y', 'g', 'b', 'm', 'v'], 'z', { epsilon: float(0.25) });
  const parts = {
    input: ['batch', 8, 8, 8],
    constants: [
      randomTensor('w', [2, 8, 3, 3], seededRng(1)),
      ones('g', [-3, 0]),
      ones('b', [0, 0]),
      ones('m', [0, 0]),
      ones('v', [2, 6]),
    ],
  };
  const scales = (nodes: Parameters<typeof network>[0]['nodes'], outputs: readonly string[]): number[] => {
    const model = network({ ...parts, nodes, outputs: outputs.map(name => ({ name, shape: null })) });
    const { sites } = findSites(model, inferShapes(model.graph, model.opsets));
    return [...outputScales(model.graph, sites)(sites[0]!)];
  };
  expect(scales([conv, norm], ['z'])).toEqual([2, 0]); // 3 / sqrt(2.25), 0 / sqrt(6.25)
  expect(scales([conv, norm], ['z', 'y'])).toEqual([1, 1]);
  expect(scales([conv, norm, node('Relu', ['y'], 'other')], ['z', 'other'])).toEqual([1, 1]);
  expect(scales([conv], ['y'])).toEqual([1, 1]);
});
