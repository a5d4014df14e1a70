import { expect, test } from 'vitest';
import type { EngineChoice } from '../../../src/train/runner/engine-choice.ts';
import { batchesPerCall } from '../../../src/train/step/batches-per-call.ts';

const on = (provider: string): EngineChoice => ({
  kind: 'onnxruntime',
  provider,
  threads: 1,
  graphOptimization: 'all',
});

test('on a GPU a call takes the most batches up to four that divide the step, elsewhere one', () => {
  expect([1, 2, 3, 4, 5, 6, 8, 9].map(parts => batchesPerCall(parts, on('webgpu')))).toEqual([1, 2, 3, 4, 1, 3, 4, 3]);
  expect(batchesPerCall(8, on('cpu'))).toBe(1);
  expect(batchesPerCall(8, { kind: 'tfjs', package: null })).toBe(1);
});
