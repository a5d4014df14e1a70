import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FrontPoint, TrialInput } from '../../../src/report/front/front.ts';
import { frontReport } from '../../../src/report/front/front-report.ts';
import { frontRecord } from '../../../src/report/front/json.ts';
import { disturbedIn, mixed, seen, study } from '../fixture.ts';

const trials = (points: readonly { readonly trial: number }[]): number[] => points.map(({ trial }) => trial);

describe('figures', () => {
  const report = frontReport(mixed());
  const one = report.points.find(({ trial }) => trial === 1)!;

  test('latency and speed-up follow from the paired ratio and its interval', () => {
    expect(one.latencyMs).toBeCloseTo(5, 12);
    expect(one.speedup).toBe(2);
    // r in [0.495, 0.505], so s in [1 / 0.505, 1 / 0.495].
    expect(one.speedupCi[0]).toBeCloseTo(1.9801980198, 9);
    expect(one.speedupCi[1]).toBeCloseTo(2.0202020202, 9);
  });

  test('the interval of the accuracy is Wilson: 340 of 400 gives [0.8117, 0.8817]', () => {
    // z^2 = 3.841459: centre (0.85 + 3.841459 / 800) / 1.009603647 = 0.846671, half-width 0.034984.
    expect(one.accuracyCi[0]).toBeCloseTo(0.811686, 6);
    expect(one.accuracyCi[1]).toBeCloseTo(0.881655, 6);
  });

  test('both phases stand beside what is reported, each against its own dense model', () => {
    const [confirmed] = frontReport(mixed(true)).points;
    expect(confirmed).toMatchObject({ trial: 1, confirmed: true, drop: 0.06 });
    expect(confirmed!.latencyMs).toBeCloseTo(0.55 * 12, 12);
    expect(confirmed!.search.latencyMs).toBeCloseTo(0.5 * 10, 12);
    expect(one.confirm!.latencyMs).toBeCloseTo(0.55 * 12, 12);
    expect(one.confirmed).toBe(false);
  });
});

describe('the front', () => {
  test('in search: 2 beats 3, the dense model is on it', () => {
    const report = frontReport(mixed());
    expect(trials(report.points)).toEqual([1, 2, 4, 0]);
    expect(report.dominated.map(({ trial, dominatedBy }) => [trial, dominatedBy])).toEqual([[3, 2]]);
    expect(report.dense.images).toBe(400);
  });

  test('confirmed numbers are filtered again: 4 beats 2, and 3 is not among them', () => {
    const report = frontReport(mixed(true));
    expect(trials(report.points)).toEqual([1, 4, 0]);
    expect(report.dominated.map(({ trial, dominatedBy }) => [trial, dominatedBy])).toEqual([[2, 4]]);
    expect(report.dense.images).toBe(1000);
    expect(report.dense).toMatchObject({ latencyMs: 12, accuracy: 0.8, confirmed: true });
  });

  test('the dense model stays on it, and is said to be beaten, when a trial is faster and no less accurate', () => {
    const report = frontReport(study([[7, [0.8, -0.01], null]]));
    expect(report.points.map(({ trial, dominatedBy }) => [trial, dominatedBy])).toEqual([
      [7, null],
      [0, 7],
    ]);
    expect(report.dense.dominatedBy).toBe(7);
  });

  test('equal trials do not beat each other', () => {
    const twins = study([
      [1, [0.5, 0.02], null],
      [2, [0.5, 0.02], null],
    ]);
    expect(trials(frontReport(twins).points)).toEqual([1, 2, 0]);
  });

  test('nothing confirmed: what the search saw, and said to be that', () => {
    const report = frontReport(study([[1, [0.5, 0.02], null]], true));
    expect(report).toMatchObject({ confirmed: false, dense: { latencyMs: 10 } });
    expect(report.points.map(({ trial, confirmed }) => [trial, confirmed])).toEqual([
      [1, false],
      [0, false],
    ]);
  });

  describe('some confirmed', () => {
    // 5 was fastest in search and is not confirmed; 6 is not either, and was beaten in search already.
    const input = study(
      [
        [5, [0.6, 0.001], null],
        [4, [0.9, 0.002], [0.88, 0.004]],
        [6, [0.7, 0.1], null],
      ],
      true,
    );

    test('the others are shown as the search saw them, with the milliseconds of one dense model', () => {
      const report = frontReport(input);
      expect(report.points.map(({ trial, confirmed, latencyMs }) => [trial, confirmed, latencyMs.toFixed(2)])).toEqual([
        [5, false, '7.20'],
        [4, true, '10.56'],
        [0, true, '12.00'],
      ]);
      expect(report.points[0]!.search.latencyMs).toBeCloseTo(6, 12);
      expect(report.dominated).toEqual([]);
    });

    test('a confirmed trial is not put off the front by one that is not, and the search front is as it was', () => {
      expect(frontReport(input).points.find(({ trial }) => trial === 4)?.dominatedBy).toBeNull();
      expect(trials(frontReport({ ...input, confirmed: false }).points)).toEqual([5, 0]);
    });
  });

  describe('disturbed latencies', () => {
    const base = study(
      [
        [1, [0.5, 0.001], null],
        [2, [0.8, 0.002], [0.8, 0.002]],
        [3, [0.75, 0.003], [0.7, 0.003]],
      ],
      true,
    );
    const [one, two, three] = base.trials as [TrialInput, TrialInput, TrialInput];

    test('beat nothing that is good, and are beaten by it', () => {
      const report = frontReport({ ...base, trials: [disturbedIn(one, 'search'), two] });
      expect(trials(report.points)).toEqual([1, 2, 0]);
      const slow = { ...one, search: seen(0.9, 0.05, 0.9) };
      expect(trials(frontReport({ ...base, trials: [disturbedIn(slow, 'search'), two] }).points)).toEqual([2, 0]);
    });

    test('of the confirm phase confirm nothing: the good figures of the search stand', () => {
      const report = frontReport({ ...base, trials: [disturbedIn(three, 'confirm'), two] });
      const point = report.points.concat(report.dominated).find(({ trial }) => trial === 3)!;
      expect(point).toMatchObject({ confirmed: false, latencyQuality: 'good' });
      expect(point.speedup).toBeCloseTo(1 / 0.75, 12);
      // The images that it was scored on do not care how busy the machine was.
      expect(point.judged).toMatchObject({ by: 'confirm', images: 1000, drop: 0.003 });
    });

    test('where both phases are disturbed, the longer run is shown as that', () => {
      const report = frontReport({ ...base, trials: [disturbedIn(three, 'search', 'confirm'), two] });
      const point = report.points.find(({ trial }) => trial === 3)!;
      expect(point).toMatchObject({ confirmed: false, latencyQuality: 'disturbed' });
      expect(point.speedup).toBeCloseTo(1 / 0.7, 12);
    });
  });

  test('agreement of the dense model with itself has no interval', () => {
    const input = { ...mixed(), objectives: ['latency', 'agreement'] };
    const dense = { ...input.dense, search: { ...input.dense.search, accuracy: 1 } };
    expect(frontReport({ ...input, dense }).dense.accuracyCi).toEqual([1, 1]);
  });

  test('is what comparing all pairs gives, whatever the order of the trials', () => {
    const grid = fc.array(fc.tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 0, max: 6 })), { maxLength: 25 });
    fc.assert(
      fc.property(grid, cells => {
        const input = study(cells.map(([ratio, drop], index) => [index + 1, [ratio / 4, drop / 100], null]));
        const all: readonly (readonly [number, number, number])[] = [
          [0, 1, 0],
          ...cells.map(([ratio, drop], index) => [index + 1, ratio / 4, drop / 100] as const),
        ];
        const beats = (a: readonly number[], b: readonly number[]): boolean =>
          a[1]! <= b[1]! && a[2]! <= b[2]! && (a[1]! < b[1]! || a[2]! < b[2]!);
        const expected = all.filter(b => b[0] === 0 || !all.some(a => beats(a, b))).map(([trial]) => trial);
        const report = frontReport(input);
        const shuffled = frontReport({ ...input, trials: input.trials.toReversed() });
        expect(trials(report.points).toSorted((a, b) => a - b)).toEqual(expected);
        expect(shuffled).toEqual(report);
        for (const { trial, dominatedBy } of report.dominated)
          expect(beats(all[dominatedBy!]!, all[trial]!)).toBe(true);
        const latencies = report.points.map(({ latencyMs }) => latencyMs);
        expect(latencies).toEqual(latencies.toSorted((a, b) => a - b));
      }),
    );
  });
});

test('the record has the keys that programs rely on, and no others', () => {
  const record = frontRecord(frontReport(mixed()));
  expect(Object.keys(record)).toEqual([
    'study',
    'device',
    'objectives',
    'limits',
    'dense',
    'gain',
    'doubts',
    'disturbed',
    'unconfirmed',
    'points',
  ]);
  expect(record.dense).toMatchObject({
    latencyMs: 10,
    accuracy: 0.9,
    objectives: { latency: { value: 10, unit: 'ms' } },
  });
  expect(Object.keys(record.points[0]!)).toEqual([
    'trial',
    'latencyMs',
    'imagesPerSecond',
    'speedup',
    'speedupCi',
    'accuracy',
    'accuracyCi',
    'drop',
    'change',
    'changeCi',
    'objectives',
    'macs',
    'params',
    'confirmed',
    'latencyQuality',
    'conditions',
    'judged',
    'search',
    'confirm',
    'refined',
    'configuration',
  ]);
  expect(record.points[0]!.configuration).toEqual({
    conv1: { method: 'tucker2', rank: [8, 16] },
    'a,"b"': { method: 'spatial', rank: 4 },
    fc: { method: 'dense', rank: null },
  });
  expect(record.points.at(-1)).toMatchObject({ trial: 0, speedup: 1, drop: 0, configuration: {} });
});

test('a ratio of one in [0.99, 1.01] is a speed-up of one in [0.990, 1.010]', () => {
  const input = study([[1, [1, -0.01], null]]);
  const point: FrontPoint = frontReport({
    ...input,
    trials: [{ ...input.trials[0]!, search: seen(1, -0.01, 0.9) }],
  }).points[0]!;
  expect(point.speedupCi[0]).toBeCloseTo(0.990099, 6);
  expect(point.speedupCi[1]).toBeCloseTo(1.010101, 6);
});
