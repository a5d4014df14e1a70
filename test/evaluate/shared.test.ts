/** Real networks on real images; skipped where ../shared is absent. The figures are those of ../shared/assets/README.md. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openDataset } from '../../src/data/open.ts';
import { parseDataSpec } from '../../src/data/spec.ts';
import { type OpenScorer, openScorer } from '../../src/evaluate/open.ts';

const assets = join(import.meta.dirname, '..', '..', '..', 'shared', 'assets');
const scratch = mkdtempSync(join(tmpdir(), 'rankfront-shared-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

async function withScorer(
  model: string,
  data: string,
  normalize: 'torchvision' | 'tf' | 'none',
  work: (scorer: OpenScorer) => Promise<void>,
  seed = 1,
): Promise<void> {
  const scorer = await openScorer({
    modelPath: join(assets, 'models', model),
    dataset: await openDataset(parseDataSpec(data), { normalize }),
    host: { provider: 'cpu', threads: Math.min(2, availableParallelism()), graphOptimization: 'all' },
    seed,
    proxyImages: 200,
    prepare: { folder: scratch },
  });
  try {
    await work(scorer);
  } finally {
    await scorer.close();
  }
}
const cifar = `cifar10:${join(assets, 'cifar10')}`;
const imagenet = `folder:${join(assets, 'imagenet-val350')}`;

describe.skipIf(!existsSync(assets))('the shared networks (skipped where ../shared is absent)', () => {
  it('ResNet-20 is right on 9,173 of 10,000 CIFAR-10 images, to two images', { timeout: 240_000 }, async () => {
    await withScorer('resnet20.onnx', cifar, 'torchvision', async scorer => {
      const score = await scorer.dense({ images: 'all', timeoutMs: 220_000 });
      if (score.state === 'failed') throw new Error(score.detail);
      const right = Array.from(score.value.correct).reduce((sum, each) => sum + each, 0);
      expect(Math.abs(right - 9173)).toBeLessThanOrEqual(2);
    });
  });
  it('MobileNet is right on the proxy images about as often as on all', async () => {
    await withScorer('mobilenet_v1_0.75_224.bn.onnx', imagenet, 'tf', async scorer => {
      const score = await scorer.dense({ images: 'proxy', timeoutMs: 50_000 });
      if (score.state === 'failed') throw new Error(score.detail);
      // 226 of 350 in all; a subset of 200 of them has the standard error 2.2 points.
      expect(Math.abs(score.value.accuracy - 226 / 350)).toBeLessThan(0.08);
      expect(score.value.top5).toBeGreaterThan(score.value.accuracy);
    });
  });
  it('a wrong normalisation is found out, and the right one named', async () => {
    await withScorer('resnet20.onnx', cifar, 'none', async scorer => {
      const said = await scorer.checkDense(50_000);
      expect(said).toContain('near chance (10.0 %)');
      expect(said).toContain('with --normalize torchvision');
    });
  });
  it('a network for ImageNet is refused on CIFAR-10', async () => {
    await expect(withScorer('resnet18-hybrid.bn.onnx', cifar, 'torchvision', async () => {})).rejects.toThrow(
      /the data has images of 10 classes, the output of the model is 1000 wide/,
    );
  });
});
