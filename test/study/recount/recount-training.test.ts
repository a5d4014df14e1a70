import { expect, test } from 'vitest';
import type { TrainingRun } from '../../../src/store/training.ts';
import { recountTraining } from '../../../src/study/recount/recount-training.ts';

const run: TrainingRun = {
  id: 3,
  trialId: 1,
  identity: {},
  denseTop1: 183 / 200,
  beforeTop1: 150 / 200,
  validationImages: 200,
  packageVersion: '0.1.0',
  commandLine: [],
  state: 'complete',
  startedAtMs: 0,
  endedAtMs: 1,
  top1: 180 / 200,
  writtenSha256: 'a'.repeat(64),
  detail: '',
};
const epochs = [{ validationTop1: 0.87 }, { validationTop1: null }, { validationTop1: 181 / 200 }];
const wrong = (change: Partial<TrainingRun>): string[] =>
  recountTraining(7, { ...run, ...change }, epochs).map(({ figure }) => figure);

test('accuracies are whole numbers of images, and what was written scores as one of the epochs did', () => {
  expect(wrong({})).toEqual([]);
  expect(wrong({ top1: 180.4 / 200 })).toEqual(['trained accuracy']);
  expect(wrong({ top1: 185 / 200 })).toEqual(['trained accuracy']);
  expect(wrong({ beforeTop1: 0.7511 })).toEqual(['accuracy before training']);
  expect(wrong({ denseTop1: 1.005 })).toEqual(['accuracy of the dense model']);
  expect(wrong({ validationImages: 0 })).toContain('accuracy before training');
});

test('one of another engine than the file is scored with may differ by one near tie more', () => {
  const torch = { identity: { '--engine': 'torch' } };
  const apart = (images: number) => ({ top1: (181 - images) / 200 });
  expect(wrong(apart(2))).toEqual(['trained accuracy']);
  expect(wrong({ ...torch, ...apart(2) })).toEqual([]);
  expect(wrong({ ...torch, ...apart(3) })).toEqual(['trained accuracy']);
});

test('a complete one has written a network; one under way has not yet', () => {
  expect(wrong({ top1: null })).toEqual(['trained network']);
  expect(wrong({ writtenSha256: null })).toEqual(['trained network']);
  expect(wrong({ state: 'running', top1: null, writtenSha256: null })).toEqual([]);
});

test('where test images have the last word, the epochs were scored on others and tell nothing of it', () => {
  const identity = { 'the test set': 'b'.repeat(64) };
  expect(wrong({ identity, top1: 140 / 200 })).toEqual([]);
  expect(wrong({ identity, top1: 140.4 / 200 })).toEqual(['trained accuracy']);
});
