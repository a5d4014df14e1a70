/** The whole way against the runtime: statistics of a dense model, factors, a candidate, and what it really gets wrong. */
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { accumulator } from '../../src/calibrate/accumulate.ts';
import { outputScales } from '../../src/calibrate/batch-norm.ts';
import { statisticsGraph } from '../../src/calibrate/statistics-graph.ts';
import { weightBlock } from '../../src/decompose/block.ts';
import { buildCandidate } from '../../src/decompose/configure.ts';
import { factorise, type SampledStatistics } from '../../src/decompose/factorise.ts';
import { findSites } from '../../src/decompose/find-sites.ts';
import type { Rung } from '../../src/decompose/method.ts';
import { outputErrors } from '../../src/decompose/output-error.ts';
import { fullRank } from '../../src/decompose/ranks.ts';
import type { Site } from '../../src/decompose/site.ts';
import type { Node, Tensor } from '../../src/onnx/graph.ts';
import { inferShapes } from '../../src/onnx/shapes.ts';
import { floatTensor } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { seededRng } from '../../src/random/rng.ts';
import { float, int, ints, network, node, randomTensor, run, uniform } from './networks.ts';

const rng = seededRng(21);
const variance = floatTensor(
  'variance',
  [8],
  Float32Array.from({ length: 8 }, () => 0.1 + 3 * rng.uniform()),
);
const norm = {
  node: node('BatchNormalization', ['y', 'gamma', 'beta', 'mean', 'variance'], 'n', { epsilon: float(1e-5) }),
  constants: [...['gamma', 'beta', 'mean'].map(name => randomTensor(name, [8], rng)), variance],
};
const cases: Record<string, { dims: number[]; shape: (number | string)[]; node: Node; weight: Tensor }> = {
  'a strided convolution': {
    dims: [6, 6, 7, 7],
    shape: ['N', 6, 7, 7],
    node: node('Conv', ['x', 'w'], 'y', { kernel_shape: ints(3, 3), strides: ints(2, 2), pads: ints(1, 1, 1, 1) }),
    weight: randomTensor('w', [8, 6, 3, 3], rng),
  },
  'a dilated convolution in two groups': {
    dims: [6, 8, 8, 8],
    shape: ['N', 8, 8, 8],
    node: node('Conv', ['x', 'w'], 'y', { kernel_shape: ints(3, 3), dilations: ints(2, 2), group: int(2) }),
    weight: randomTensor('w', [8, 4, 3, 3], rng),
  },
  'a depthwise convolution': {
    dims: [6, 8, 9, 9],
    shape: ['N', 8, 9, 9],
    node: node('Conv', ['x', 'w'], 'y', { kernel_shape: ints(7, 7), pads: ints(3, 3, 3, 3), group: int(8) }),
    weight: randomTensor('w', [8, 1, 7, 7], rng),
  },
  'a 1 x 1 convolution': {
    dims: [6, 9, 5, 5],
    shape: ['N', 9, 5, 5],
    node: node('Conv', ['x', 'w'], 'y', { kernel_shape: ints(1, 1) }),
    weight: randomTensor('w', [8, 9, 1, 1], rng),
  },
  'a Gemm': {
    dims: [40, 9],
    shape: ['N', 9],
    node: node('Gemm', ['x', 'w'], 'y', { transB: int(1) }),
    weight: randomTensor('w', [8, 9], rng),
  },
};

/** Inputs whose channels are alike, so that there is something to find. */
function alike(dims: readonly number[]): Float32Array {
  const x = uniform(
    seededRng(4),
    dims.reduce((a, b) => a * b, 1),
  );
  const inner = dims.slice(2).reduce((a, b) => a * b, 1);
  return x.map((value, i) =>
    Math.floor(i / inner) % dims[1]! === 0 ? value : 0.4 * value + 0.6 * x[Math.max(0, i - inner)]!,
  );
}

describe.each(Object.keys(cases))('%s', name => {
  const { dims, shape, node: op, weight } = cases[name]!;
  const isImage = dims.length === 4;
  const model = network({
    input: shape,
    nodes: isImage ? [op, norm.node] : [op],
    constants: isImage ? [weight, ...norm.constants] : [weight],
    outputs: [{ name: isImage ? 'n' : 'y', shape: null }],
  });
  const site = findSites(model, inferShapes(model.graph, model.opsets)).sites[0] as Site;

  test('gets as much of its output wrong, behind the BatchNormalization, as the closed form says', async () => {
    const x = alike(dims);
    const seen = await statisticsBy(x);
    const block = weightBlock(model, site);
    const [dense] = (await run(model, dims, x)) as [Float64Array];
    for (const method of site.methods) {
      const full = fullRank(site, method);
      const half = (rank: number): number => Math.max(1, Math.floor(rank / 2));
      const rung = { method, rank: typeof full === 'number' ? half(full) : full.map(half) } as Rung;
      const factors = factorise(block, method, seen);
      const candidate = buildCandidate(model, [site], () => factors, { [site.name]: rung });
      const [found] = (await run(candidate, dims, x)) as [Float64Array];
      const told = outputErrors(block, factors, [rung], seen)![0]!.relative;
      expect(told, method).toBeGreaterThan(1e-4);
      expect(Math.abs(told / relative(dense, found) - 1), method).toBeLessThan(2e-3);
    }
  });

  async function statisticsBy(x: Float32Array): Promise<SampledStatistics> {
    const { model: graph, probes } = statisticsGraph(model, [site], null);
    const [probe] = probes;
    const session = await InferenceSession.create(writeModel(graph), { logSeverityLevel: 3, intraOpNumThreads: 1 });
    const answers = await session.run({ x: new OrtTensor('float32', x, dims) });
    await session.release();
    const values = (output: string) => answers[output]!.data as Float32Array;
    const { groups, inChannels, outChannels, kernel } = site;
    const entries = inChannels * kernel[0] * kernel[1];
    const sums = accumulator({ groups, taps: 1, entries, outputs: outChannels });
    expect(probe!.kind).toBe('patch');
    sums.add({
      images: dims[0]!,
      patches: dims[0]! * probe!.patches,
      inputMean: values(probe!.outputs.inputMean),
      outputMean: values(probe!.outputs.outputMean),
      outputSquare: values(probe!.outputs.outputSquare),
      input: values(probe!.outputs.input!),
      output: null,
    });
    const answer = sums.finish();
    const statistics = {
      site: site.name,
      patches: answer.patches,
      inputMean: answer.inputMean,
      outputMean: answer.outputMean,
      outputVariance: answer.outputVariance,
      input: { kind: 'patch' as const, order: probe!.order, data: answer.input! },
      output: null,
      outputScale: outputScales(model.graph, [site])(site),
      sensitivity: null,
    };
    return { statistics, images: 1e6 };
  }

  /** sum |n' - n|^2 over the variance of n, channel by channel. */
  function relative(dense: Float64Array, found: Float64Array): number {
    const channels = site.outChannels;
    const inner = isImage ? dense.length / dims[0]! / channels : 1;
    let error = 0;
    let spread = 0;
    for (let c = 0; c < channels; c++) {
      const at = (_: number, i: number): boolean => Math.floor(i / inner) % channels === c;
      const values = dense.filter(at);
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      const others = found.filter(at);
      spread += values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
      error += values.reduce((sum, value, i) => sum + (value - others[i]!) ** 2, 0);
    }
    return error / spread;
  }
});
