/** The networks whose training is timed, and what they are fed. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cifarRecordBytes } from '../../src/data/cifar10.ts';
import type { Model } from '../../src/onnx/graph.ts';
import { readModel } from '../../src/onnx/read.ts';
import { seededRng } from '../../src/random/rng.ts';
import type { Batch } from '../../src/train/trainer.ts';
import { resNet50 } from './resnet.ts';

const assets = join(import.meta.dirname, '..', '..', '..', 'shared', 'assets');

export interface BenchNetwork {
  readonly name: string;
  readonly batchSize: number;
  readonly side: number;
  readonly classes: number;
  /** Null where it is not there. */
  readonly open: () => Model | null;
}

const asset = (file: string) => (): Model | null => {
  const path = join(assets, 'models', file);
  return existsSync(path) ? readModel(readFileSync(path), { name: file }) : null;
};

export const benchNetworks: readonly BenchNetwork[] = [
  { name: 'ResNet-20', batchSize: 128, side: 32, classes: 10, open: asset('resnet20.bn.onnx') },
  { name: 'ResNet-18', batchSize: 16, side: 224, classes: 1000, open: asset('resnet18-hybrid.bn.onnx') },
  { name: 'ResNet-50', batchSize: 8, side: 224, classes: 1000, open: () => resNet50({ compression: 1 }) },
  { name: 'ResNet-50 at 2x', batchSize: 8, side: 224, classes: 1000, open: () => resNet50({ compression: 2 }) },
];

/** Noise with labels. */
export function noise({ batchSize, side, classes }: BenchNetwork): Batch {
  const rng = seededRng(1);
  return {
    images: Float32Array.from({ length: batchSize * 3 * side * side }, () => 2 * rng.uniform() - 1),
    count: batchSize,
    targets: { kind: 'labels', labels: Int32Array.from({ length: batchSize }, () => rng.integer(classes)) },
  };
}

/** The first images of CIFAR-10 in the order of the file, pixels from -1 to 1, or null where they are not there. */
export function cifarBatches(count: number, batchSize: number): Batch[] | null {
  const path = join(assets, 'cifar10', 'data_batch_1.bin');
  if (!existsSync(path)) return null;
  const bytes = readFileSync(path);
  const pixels = cifarRecordBytes - 1;
  return Array.from({ length: count }, (_, b) => {
    const record = (i: number): number => (b * batchSize + i) * cifarRecordBytes;
    const images = Float32Array.from(
      { length: batchSize * pixels },
      (_, j) => (bytes[record(Math.floor(j / pixels)) + 1 + (j % pixels)] ?? 0) / 127.5 - 1,
    );
    const labels = Int32Array.from({ length: batchSize }, (_, i) => bytes[record(i)] ?? 0);
    return { images, count: batchSize, targets: { kind: 'labels', labels } };
  });
}
