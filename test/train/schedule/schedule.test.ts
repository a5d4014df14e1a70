import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../../src/errors/user-error.ts';
import { parseCurve } from '../../../src/train/schedule/parse.ts';
import {
  learningRateAt,
  type Schedule,
  type ScheduleOptions,
  scheduleOf,
} from '../../../src/train/schedule/schedule.ts';

/** The rates of torch.optim.lr_scheduler: CosineAnnealingLR(20, eta_min 0.004); MultiStepLR([10, 15], 0.1); LinearLR(1/5, 4), then CosineAnnealingLR(16). */
const torch: Record<string, number[]> = JSON.parse(readFileSync(new URL('torch.json', import.meta.url), 'utf8'));

const base: ScheduleOptions = {
  curve: { kind: 'constant' },
  peak: 0.4,
  stepsPerEpoch: 2,
  epochs: 10,
  warmUpEpochs: 0,
  rewindEpochs: null,
};
const rates = (schedule: Schedule, count: number): number[] =>
  Array.from({ length: count }, (_, step) => learningRateAt(schedule, step));
const close = (found: readonly number[], expected: readonly number[]): void => {
  expect(found).toHaveLength(expected.length);
  found.forEach((rate, i) => {
    expect(rate).toBeCloseTo(expected[i]!, 7);
  });
};

describe('learning rates agree with PyTorch', () => {
  test('cosine', () => close(rates(scheduleOf({ ...base, curve: parseCurve('cosine:0.01') }), 20), torch.cosine!));
  test('step', () => close(rates(scheduleOf({ ...base, curve: parseCurve('step') }), 20), torch.step!));
  test('warm-up before cosine', () =>
    close(rates(scheduleOf({ ...base, curve: parseCurve('cosine'), warmUpEpochs: 2 }), 20), torch['warm-up, cosine']!));
});

test('rewound into a longer schedule, a training takes its last steps', () => {
  for (const text of ['cosine', 'step:0.5,0.9:0.2', 'constant']) {
    const whole = scheduleOf({ ...base, curve: parseCurve(text), warmUpEpochs: 1 });
    const end = scheduleOf({ ...base, curve: parseCurve(text), warmUpEpochs: 1, epochs: 3, rewindEpochs: 10 });
    expect(rates(end, 6)).toEqual(rates(whole, 20).slice(14));
  }
});

test('an eighth of an epoch can warm up', () => {
  const schedule = scheduleOf({ ...base, stepsPerEpoch: 16, warmUpEpochs: 0.125 });
  close(rates(schedule, 4), [0.4 / 3, 0.8 / 3, 0.4, 0.4]);
});

test.each([
  ['peak', { peak: 0 }],
  ['warm-up', { warmUpEpochs: 10 }],
  ['rewind', { rewindEpochs: 9 }],
  ['floor', { curve: parseCurve('cosine:2') }],
  ['milestones', { curve: parseCurve('step:0.7,0.5') }],
  ['factor', { curve: parseCurve('step:0.5:3') }],
] as const)('a %s out of its range is a UserError', (_, wrong) => {
  expect(() => scheduleOf({ ...base, ...wrong })).toThrow(UserError);
});

test.each(['cosinus', 'cosine:x', 'step:0.5,', 'constant:1', 'step:0.5:0.1:2', ''])('"%s" is no schedule', text => {
  expect(() => parseCurve(text)).toThrow(UserError);
});
