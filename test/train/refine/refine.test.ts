/** Refinement on ONNX Runtime against optima that are known in closed form. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ImageBatchSource } from '../../../src/images/batch-source.ts';
import { svd } from '../../../src/linalg/svd.ts';
import type { Model } from '../../../src/onnx/graph.ts';
import { floatTensor } from '../../../src/onnx/tensor.ts';
import { writeModel } from '../../../src/onnx/write.ts';
import { seededRng } from '../../../src/random/rng.ts';
import { type Refined, refineLoop } from '../../../src/train/refine/refine-loop.ts';
import type { RefineSetup } from '../../../src/train/refine/refiner.ts';
import { startRefiner } from '../../../src/train/refine/remote-refiner.ts';
import { buildModel } from '../../onnx/build.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rankfront-refine-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const [height, width, outs] = [12, 12, 6] as const;
const pixels = height * width;

/** One image, many times over: every batch has the same moments, so that the optimum is that of the image. */
function oneImage(): { readonly source: ImageBatchSource; readonly x: readonly Float64Array[] } {
  const rng = seededRng(5);
  const bytes = new Uint8Array(3 * pixels);
  // Channels that go together, so that the input is far from white.
  for (let i = 0; i < pixels; i++) {
    const shared = rng.uniform();
    for (let c = 0; c < 3; c++) bytes[c * pixels + i] = Math.round(255 * (0.8 * shared + 0.2 * rng.uniform()));
  }
  const path = join(folder, 'pixels.bin');
  writeFileSync(path, bytes);
  const table = Float32Array.from({ length: 3 * 256 }, (_, i) => (i % 256) / 127.5 - 1);
  return {
    source: { path, height, width, positions: new Int32Array(40), table, channels: 'rgb' },
    x: Array.from({ length: 3 }, (_, c) =>
      Float64Array.from({ length: pixels }, (_, i) => bytes[c * pixels + i]! / 127.5 - 1),
    ),
  };
}

function convolutions(weights: readonly (readonly [outs: number, ins: number, values: Float32Array])[]): Model {
  return buildModel({
    inputs: [{ name: 'image', shape: ['N', 3, height, width] }],
    outputs: [{ name: 'y', shape: ['N', outs, height, width] }],
    initializers: weights.map(([o, i, values], at) => floatTensor(`w${at}`, [o, i, 1, 1], values)),
    nodes: weights.map((_, at) => ({
      op: 'Conv',
      inputs: [at === 0 ? 'image' : `y${at - 1}`, `w${at}`],
      outputs: [at === weights.length - 1 ? 'y' : `y${at}`],
      attributes: { kernel_shape: [1, 1] },
    })),
  });
}

async function refined(
  candidate: Model,
  dense: Model,
  source: ImageBatchSource,
  changes: Partial<RefineSetup> = {},
  epochs = 60,
): Promise<Refined> {
  const [candidatePath, densePath] = [join(folder, 'candidate.onnx'), join(folder, 'dense.onnx')];
  writeFileSync(candidatePath, writeModel(candidate));
  writeFileSync(densePath, writeModel(dense));
  const opened = await startRefiner({
    candidatePath,
    densePath,
    inputs: [{ name: 'image', type: 'float32', shape: ['N', 3, height, width] }],
    taps: [],
    images: source,
    batch: 4,
    augment: false,
    seed: 1,
    session: { provider: 'cpu', threads: 1, graphOptimization: 'all' },
    ...changes,
  });
  if (opened.state === 'failed') throw new Error(opened.detail);
  try {
    const found = await refineLoop(
      opened.value,
      { epochs, timeMs: 60_000, learningRate: 0.03 },
      { begin: () => {}, epoch: () => {}, interrupted: () => false },
    );
    if (found.state === 'failed') throw new Error(found.detail);
    return found.value;
  } finally {
    await opened.value.close();
  }
}

/** Lower triangular L with L L' = C, the second moment of the inputs. */
function cholesky(x: readonly Float64Array[]): number[][] {
  const c = x.map(a => x.map(b => a.reduce((sum, value, i) => sum + value * b[i]!, 0) / pixels));
  const l = c.map(row => row.map(() => 0));
  for (let i = 0; i < 3; i++)
    for (let j = 0; j <= i; j++) {
      const rest = c[i]![j]! - Array.from({ length: j }, (_, k) => l[i]![k]! * l[j]![k]!).reduce((a, b) => a + b, 0);
      l[i]![j] = i === j ? Math.sqrt(rest) : rest / l[j]![j]!;
    }
  return l;
}

const random = (length: number, seed: number): Float32Array => {
  const rng = seededRng(seed);
  return Float32Array.from({ length }, () => 2 * rng.uniform() - 1);
};

describe('the refinement of two layers in the place of one', () => {
  test('comes to the optimum of reduced-rank regression: the discarded singular values of W L', {
    timeout: 60_000,
  }, async () => {
    const { source, x } = oneImage();
    const w = random(outs * 3, 2);
    const l = cholesky(x);
    // W L, whose singular values say what every rank leaves over of the energy of W x.
    const wl = Float32Array.from({ length: outs * 3 }, (_, at) =>
      [0, 1, 2].reduce((sum, k) => sum + w[3 * Math.floor(at / 3) + k]! * l[k]![at % 3]!, 0),
    );
    const { s } = svd({ rows: outs, cols: 3, data: wl });
    const energy = s.reduce((sum, each) => sum + each * each, 0);
    const optimum = (energy - s[0]! ** 2) / energy;
    const candidate = convolutions([
      [1, 3, random(3, 8)],
      [outs, 1, random(outs, 9)],
    ]);
    const found = await refined(candidate, convolutions([[outs, 3, w]]), source);
    expect(found.state).toBe('better');
    expect(found.before.loss).toBeGreaterThan(1.2 * optimum);
    expect(found.after.loss).toBeGreaterThan(optimum - 1e-5);
    expect(found.after.loss).toBeLessThan(optimum * 1.01 + 1e-5);
  });

  test('of full rank comes to no loss at all', { timeout: 60_000 }, async () => {
    const { source } = oneImage();
    const candidate = convolutions([
      [3, 3, random(9, 8)],
      [outs, 3, random(outs * 3, 9)],
    ]);
    const found = await refined(candidate, convolutions([[outs, 3, random(outs * 3, 2)]]), source, {}, 150);
    expect(found.after.loss).toBeLessThan(1e-3);
  });

  test('leaves the dense network itself as it is', { timeout: 60_000 }, async () => {
    const { source } = oneImage();
    const dense = convolutions([[outs, 3, random(outs * 3, 2)]]);
    const found = await refined(dense, dense, source);
    expect(found.state).toBe('no-better');
    expect(found.before.loss).toBeLessThan(1e-12);
  });

  test('matches an intermediate value that both networks have, and says how much of it is wrong', {
    timeout: 60_000,
  }, async () => {
    const { source } = oneImage();
    const [a, b] = [random(9, 3), random(outs * 3, 4)];
    const dense = convolutions([
      [3, 3, a],
      [outs, 3, b],
    ]);
    const candidate = convolutions([
      [3, 3, a.map(value => 1.2 * value)],
      [outs, 3, b.map(value => value / 1.2)],
    ]);
    const without = await refined(candidate, dense, source);
    // Outputs are equal but for rounding; nothing is gained by moving between the layers.
    expect(without.before.loss).toBeLessThan(1e-9);
    const found = await refined(candidate, dense, source, { taps: ['y0', 'not there'] });
    // |1.2 t - t|^2 / |t|^2
    expect(found.before.loss).toBeCloseTo(0.04, 5);
    expect(found.after.loss).toBeLessThan(0.001);
  });
});

describe('images that are moved and mirrored', () => {
  test('still come to the same optimum, since both networks see them alike', { timeout: 60_000 }, async () => {
    const { source } = oneImage();
    const candidate = convolutions([
      [3, 3, random(9, 8)],
      [outs, 3, random(outs * 3, 9)],
    ]);
    const dense = convolutions([[outs, 3, random(outs * 3, 2)]]);
    const found = await refined(candidate, dense, source, { augment: true }, 150);
    expect(found.after.loss).toBeLessThan(1e-2);
  });
});

describe('networks that cannot be refined', () => {
  test('are refused in a sentence: what they take is not float32', async () => {
    const { source } = oneImage();
    const dense = convolutions([[outs, 3, random(outs * 3, 2)]]);
    const bytes: Model = {
      ...dense,
      graph: { ...dense.graph, inputs: dense.graph.inputs.map(each => ({ ...each, elementType: 'uint8' as const })) },
    };
    await expect(
      refined(bytes, bytes, source, { inputs: [{ name: 'image', type: 'uint8', shape: ['N', 3, height, width] }] }),
    ).rejects.toThrow(/takes uint8/);
  });

  test('are refused with too few images to hold some back', async () => {
    const { source } = oneImage();
    const dense = convolutions([[outs, 3, random(outs * 3, 2)]]);
    await expect(refined(dense, dense, { ...source, positions: new Int32Array(3) })).rejects.toThrow(/too few/);
  });
});
