/** The networks beside the checkout, with images that judge and other images that calibrate. */
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NormalizationName } from '../../src/data/normalize.ts';

export interface BenchNetwork {
  readonly name: string;
  readonly model: string;
  readonly data: string;
  readonly calibration: string;
  readonly normalize: NormalizationName;
  readonly hardware: string;
  /** Multiples of this many channels. */
  readonly granularity: number;
}

const root = join(import.meta.dirname, '..', '..');
export const assets = join(root, '..', 'shared', 'assets');
export const hasAssets = (): boolean => existsSync(join(assets, 'models'));

/** Judged on the ten thousand test images, calibrated on training images. */
const cifar = (name: string, file: string, folder: string): BenchNetwork => {
  const calibration = join(folder, 'calibration.yaml');
  writeFileSync(
    calibration,
    `kind: cifar10\ndirectory: ${JSON.stringify(join(assets, 'cifar10'))}\nfiles: [data_batch_1.bin]\n`,
  );
  return {
    name,
    model: join(assets, 'models', file),
    data: `cifar10:${join(assets, 'cifar10')}`,
    calibration,
    normalize: 'torchvision',
    hardware: join(root, 'hardware-profiles', 'roofline-avx2-core.yaml'),
    granularity: 4,
  };
};

const imagenet = (name: string, file: string, normalize: NormalizationName): BenchNetwork => ({
  name,
  model: join(assets, 'models', file),
  data: `folder:${join(assets, 'imagenet-val350')}`,
  calibration: `folder:${join(assets, 'imagenet-calib300')}`,
  normalize,
  hardware: join(root, 'hardware-profiles', 'roofline-avx2-core.yaml'),
  granularity: 8,
});

export function benchNetworks(): readonly BenchNetwork[] {
  const folder = mkdtempSync(join(tmpdir(), 'rankfront-accuracy-'));
  return [
    cifar('resnet20', 'resnet20.bn.onnx', folder),
    cifar('resnet20-folded', 'resnet20.onnx', folder),
    cifar('resnet56', 'resnet56.bn.onnx', folder),
    imagenet('resnet18', 'resnet18-hybrid.bn.onnx', 'torchvision'),
    imagenet('mobilenet', 'mobilenet_v1_0.75_224.bn.onnx', 'tf'),
  ];
}
