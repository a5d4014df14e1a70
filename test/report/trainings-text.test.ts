import { expect, test } from 'vitest';
import { trainingsLines } from '../../src/report/trainings-text.ts';
import type { TrainingRun } from '../../src/store/training.ts';
import { newTraining, trainingEpoch, trainingPhase } from '../store/samples.ts';

const run: TrainingRun = {
  ...newTraining(3),
  id: 1,
  state: 'complete',
  startedAtMs: 0,
  endedAtMs: 1,
  top1: 0.9214,
  writtenSha256: 'f'.repeat(64),
  detail: '',
};

test('a training is told with what it won back and what each phase cost', () => {
  const epochs = [1, 2, 3].map(trainingEpoch);
  expect(trainingsLines([{ run, epochs, phases: [trainingPhase(1, 2), trainingPhase(3, 3)] }])).toEqual([
    'Trainings',
    '  complete: 75.12 % to 92.14 % (-0.36 pp against dense), 3 epochs in 3 m 00 s; --lr 0.01 --freeze progressive',
    '    epochs  frozen  steps  ms per step  of unfrozen',
    '    1-2      0.0 %    312         79.3            -',
    '    3-3     40.0 %    312         77.3        0.85x',
  ]);
});

test('one that failed says why, and a trial without any says nothing', () => {
  const failed = { ...run, state: 'failed', top1: null, detail: 'The training diverged.' } as const;
  expect(trainingsLines([{ run: failed, epochs: [], phases: [] }])).toEqual([
    'Trainings',
    '  failed: 75.12 % before; --lr 0.01 --freeze progressive. The training diverged.',
  ]);
  expect(trainingsLines([])).toEqual([]);
});
