/** The files of the demo: what its texts promise of them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { residualNetwork } from '../../scripts/residual-network.ts';
import { networks } from '../../scripts/write-network.ts';
import { drawShape } from '../../src/data/shapes/draw.ts';
import { parseHardwareProfile } from '../../src/device/profile.ts';
import { loadModel } from '../../src/host/model-file.ts';
import { planTraining } from '../../src/train/loop/plan.ts';
import { rescored } from '../../src/train/loop/rescore.ts';
import { parametersOf } from '../../src/train/network/parameters.ts';
import { softmaxRegression } from '../../src/train/softmax-regression.ts';
import { smallTraining } from '../train/loop/request.ts';

const at = (name: string): string => join(import.meta.dirname, '../../scripts/demo', name);

test('its network is small, scores above 95 %, and has the layers of the script that makes it', async () => {
  expect(readFileSync(at('shapes.onnx')).length).toBeLessThan(2e6);
  const folder = mkdtempSync(join(tmpdir(), 'rankfront-demo-'));
  try {
    const data = join(folder, 'few.yaml');
    writeFileSync(data, readFileSync(at('shapes.yaml'), 'utf8').replace('images: 1500', 'images: 400'));
    const request = { ...smallTraining(folder), model: at('shapes.onnx'), data };
    const plan = await planTraining(request);
    const { top1, images } = await rescored(request.model, plan);
    expect(images).toBe(400);
    expect(top1).toBeGreaterThan(0.95);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const made = residualNetwork({ name: 'demo', side: 32, classes: 10, blocks: networks.demo ?? [], seed: 0 });
  const layers = (model: typeof made) => parametersOf(model.graph).weights.map(({ name, dims }) => [name, ...dims]);
  expect(layers(loadModel(at('shapes.onnx')).model)).toEqual(layers(made));
});

test('its profile is one', () => {
  expect(parseHardwareProfile(readFileSync(at('cpu.yaml'), 'utf8'), 'cpu.yaml')).toMatchObject({
    driver: { threads: 2 },
  });
});

test('its images are too much for a linear model, which learns its training images and no others', async () => {
  const [stepSize, count, pixels] = [50, 400, 3072];
  const trainer = softmaxRegression({ imageDims: [3, 32, 32], classes: 10, stepSize });
  const batch = (split: 'train' | 'validation', first: number) => {
    const images = new Float32Array(stepSize * pixels);
    const drawn = Array.from({ length: stepSize }, (_, i) => drawShape(0, split, first + i));
    for (const [i, { image }] of drawn.entries())
      images.set(
        Array.from(image.data, value => value / 127.5 - 1),
        i * pixels,
      );
    const labels = Int32Array.from(drawn, ({ label }) => label);
    return { images, count: stepSize, targets: { kind: 'labels', labels } as const };
  };
  const train = Array.from({ length: count / stepSize }, (_, i) => batch('train', i * stepSize));
  let seen = 0;
  for (let epoch = 0; epoch < 10; epoch++) {
    seen = 0;
    for (const each of train) seen += (await trainer.step(each, { learningRate: 1e-3 })).correct;
  }
  let correct = 0;
  for (let first = 0; first < count; first += stepSize)
    correct += (await trainer.evaluate(batch('validation', first))).correct;
  expect(seen / count).toBeGreaterThan(0.35);
  expect(correct / count).toBeLessThan(0.25);
});
