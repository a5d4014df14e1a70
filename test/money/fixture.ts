/** Inputs small enough to reckon by hand. */
import type { Bill } from '../../src/money/bill.ts';
import { type CostFigures, completeFigures, type Given } from '../../src/money/figures.ts';
import { type RoiInputs, roiSchema } from '../../src/money/inputs.ts';
import type { Candidate, StudyMeasured } from '../../src/money/options.ts';
import { exactly, rational } from '../../src/money/rational.ts';

/** 864,000 calls a day are 10 a second; with a peak of 1 and full use, a call of 100 ms keeps one machine busy. */
export const inputs = (more: Partial<RoiInputs> = {}): RoiInputs => ({
  ...roiSchema.parse({
    currency: 'EUR',
    callsPerDay: 864_000,
    peakFactor: 1,
    mostUtilisation: 1,
    maxDrop: '1pp',
    horizonMonths: 10,
    pricePerHour: 0.1,
    fixedMs: 0,
    searchHours: 0,
    retrainHours: 0,
    personDays: 0,
  }),
  ...more,
});

export const given = (more: Partial<RoiInputs> = {}, studies: readonly string[] = ['a']): Given => ({
  inputs: inputs(more),
  hours: null,
  studies,
});

export const figures = (more: Partial<RoiInputs> = {}, studies?: readonly string[]): CostFigures =>
  completeFigures(given(more, studies));

export const candidate = (speedup: number, more: Partial<Candidate> = {}): Candidate => ({
  trial: 7,
  speedup,
  speedupCi: [speedup, speedup],
  lostPoints: 0,
  lostPointsCi: [0, 0],
  ...more,
});

export const measured = (denseMs: number, faster: Candidate | null, study = 'a'): StudyMeasured => ({
  study,
  denseMs,
  batch: 1,
  candidate: faster,
});

/** Whole coefficients, but for the machines per call. */
export const bill = (
  parts: Partial<Record<'oneOff' | 'perCall' | 'perMachine' | 'wear' | 'purchase' | 'owned' | 'spare', number>>,
  machinesPerCall: readonly [number, number],
): Bill => ({
  oneOff: exactly(parts.oneOff ?? 0),
  perCall: exactly(parts.perCall ?? 0),
  perMachine: exactly(parts.perMachine ?? 0),
  wear: exactly(parts.wear ?? 0),
  purchase: exactly(parts.purchase ?? 0),
  machinesPerCall: rational(...machinesPerCall),
  spare: BigInt(parts.spare ?? 0),
  owned: BigInt(parts.owned ?? 0),
});
