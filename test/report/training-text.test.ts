import { describe, expect, test } from 'vitest';
import { advanceTraining, noTrainingProgress, trainingLine, trainingText } from '../../src/report/training-text.ts';
import type { StepsTaken, TrainingEvent } from '../../src/train/loop/event.ts';

const started: TrainingEvent = {
  kind: 'training-started',
  epochs: 10,
  batchesPerEpoch: 100,
  stepSize: 128,
  trainImages: 12_800,
  validationImages: 2000,
  testImages: 0,
  resumedFrom: 0,
};
const steps = (given: Partial<StepsTaken>): StepsTaken => ({
  kind: 'steps',
  epoch: 5,
  batch: 100,
  step: 500,
  loss: 1.2345,
  top1: 0.5678,
  learningRate: 0.05,
  gradientNorm: 1,
  frozenShare: 0,
  imagesPerSecond: 640,
  waitingShare: 0.02,
  ...given,
});

describe('the line of a training', () => {
  test('is empty before the first step', () => {
    expect(trainingLine(advanceTraining(noTrainingProgress, started))).toBe('');
  });

  test('half-way it has as long to go as the rate says', () => {
    const progress = [started, steps({})].reduce(advanceTraining, noTrainingProgress);
    // 500 steps of 128 images at 640 images/s are 100 s.
    expect(trainingLine(progress)).toBe(
      '[######......] epoch 5/10  640 images/s  ETA 1 m 40 s  loss 1.234  top-1 56.8 %  lr 0.050  waiting 2 %',
    );
  });

  test('shows what is frozen and the last score, and never more than 140 characters', () => {
    const scored: TrainingEvent = {
      kind: 'epoch',
      epoch: 5,
      epochs: 10,
      step: 500,
      learningRate: 0.05,
      frozenShare: 0.5,
      train: { loss: 1, top1: 0.6 },
      validation: { weights: 'ema', loss: 0.9, top1: 0.71, top5: 0.99, images: 2000 },
      best: true,
      imagesPerSecond: 640,
      waitingShare: 0.02,
      stepMs: 200,
      wallMs: 1,
    };
    const progress = [started, scored, steps({ frozenShare: 0.5 })].reduce(advanceTraining, noTrainingProgress);
    const line = trainingLine(progress);
    expect(line).toContain('val 71.0 %');
    expect(line).toContain('frozen 50 %');
    expect(line.length).toBeLessThanOrEqual(140);
    expect(trainingText(scored)).toBe(
      'epoch  5/10  loss 1.0000  train 60.00 %  val 71.00 % (EMA)  lr 0.0500  640 images/s  waiting 2.0 %  best',
    );
  });

  test('a rate that jumps is followed slowly', () => {
    const progress = [started, steps({}), steps({ imagesPerSecond: 0 })].reduce(advanceTraining, noTrainingProgress);
    expect(progress.imagesPerSecond).toBeCloseTo(576);
  });
});

test('a training that was stopped is gone on with by what does not start it anew', () => {
  const stopped: TrainingEvent = { kind: 'training-finished', endedBy: 'interrupted', steps: 12, wallMs: 1 };
  expect(trainingText(stopped)).toBe('Stopped at step 12; the same command continues from there.');
  expect(trainingText(stopped, true)).toBe(
    'Stopped at step 12; the same command without --restart continues from there.',
  );
});

describe('the lines of phases', () => {
  test('say what rests and what it saves', () => {
    expect(trainingText({ kind: 'phase-started', epochs: [3, 4], trainable: 5, weights: 20, frozenShare: 0.25 })).toBe(
      'epochs 3 to 4: 15 of 20 weights frozen (25.0 % of the numbers)',
    );
    expect(
      trainingText({
        kind: 'phase-finished',
        epochs: [3, 3],
        frozenShare: 0.25,
        steps: 9,
        stepMs: 80,
        unfrozenStepMs: 100,
      }),
    ).toBe('epoch 3: 80 ms per step, 0.80x the unfrozen step (100 ms)');
  });

  test('are left out where nothing is frozen', () => {
    expect(
      trainingText({ kind: 'phase-started', epochs: [1, 4], trainable: 20, weights: 20, frozenShare: 0 }),
    ).toBeNull();
    expect(
      trainingText({
        kind: 'phase-finished',
        epochs: [1, 4],
        frozenShare: 0,
        steps: 9,
        stepMs: 80,
        unfrozenStepMs: null,
      }),
    ).toBeNull();
  });
});
