import { describe, expect, test } from 'vitest';
import { frontFor } from '../../src/objectives/front.ts';
import {
  constraintsOf,
  hasLimits,
  keepsTo,
  limitKeys,
  limitsText,
  limitTable,
  sameLimits,
} from '../../src/objectives/limits.ts';
import { memoryFigures } from '../../src/objectives/memory-figures.ts';
import {
  denseFiguresOf,
  entryOf,
  furtherOf,
  isConfirmedBy,
  kindsOf,
  measuredFrom,
  objectives,
  objectivesOf,
  positionOf,
  readingsOf,
  referencePoint,
  unconfirmedKinds,
  withReadings,
} from '../../src/objectives/objectives.ts';
import { seededRng } from '../../src/random/rng.ts';
import type { Observation, Phase, StoredObservation } from '../../src/store/observation.ts';
import { memoryObservation, sizeObservation } from '../../src/study/measure/observations.ts';
import { accuracyOf, environment, latencyOf } from '../store/samples.ts';

const names = ['latency', 'agreement', 'size', 'memory'];
const peak = (...samplesKib: number[]) => ({ samplesKib, wallMs: 1, environment, load: 0 });
const observations: readonly Observation[] = [
  latencyOf(0),
  accuracyOf(0),
  sizeObservation(6_000_000, 8_000_000),
  memoryObservation(peak(300, 302, 301), [600, 604, 602], false),
];
const stored = (phase: Phase, each: Observation): StoredObservation => ({ ...each, phase, storedAtMs: 0 });

test('each record reads its own observation, minimised, and lists follow the order of the names', () => {
  const readings = readingsOf(observations);
  expect(readings.latency).toEqual({ value: 0.5, standardError: 0.001 });
  expect(readings.accuracy?.value).toBeCloseTo(0.1, 12);
  expect(readings.size).toEqual({ value: 0.75, standardError: 0 });
  expect(readings.memory?.value).toBe(0.5);
  const { values } = measuredFrom(names, readings);
  expect(values).toEqual([0.5, 1 - 0.9, 0.75, 0.5]);
  const turned = [...names].reverse();
  expect(measuredFrom(turned, readings).values).toEqual([...values].reverse());
  for (const [kind, name] of [
    ['latency', 'latency'],
    ['accuracy', 'agreement'],
    ['size', 'size'],
  ] as const) {
    expect(entryOf(turned, kind, measuredFrom(turned, readings).values)).toBe(entryOf(names, kind, values));
    expect(turned[positionOf(turned, kind)]).toBe(name);
  }
});

test('what is taken again replaces itself alone', () => {
  const before = { values: [1, 2, 3, 4], standardErrors: [5, 6, 7, 8] };
  const again = withReadings(names, before, { size: { value: 0.5, standardError: 0 } });
  expect(again).toEqual({ values: [1, 2, 0.5, 4], standardErrors: [5, 6, 0, 8] });
});

test('a study of two objectives has no others, and a name that is not known is refused with a way out', () => {
  expect(kindsOf(['latency', 'top1'])).toEqual(['latency', 'accuracy']);
  expect(furtherOf(['latency', 'top1'])).toEqual([]);
  expect(furtherOf(names).map(({ kind }) => kind)).toEqual(['size', 'memory']);
  expect(positionOf(['latency', 'top1'], 'size')).toBe(-1);
  expect(entryOf(['latency', 'top1'], 'size', [1, 2])).toBeNaN();
  expect(() => objectivesOf(['latency', 'energy'])).toThrow('this version knows latency, accuracy, size, memory');
});

test('the dense model stands inside every corner, as it must to have a volume', () => {
  for (const { reference, minimised, kind } of Object.values(objectives))
    expect(minimised(kind === 'accuracy' ? 0.5 : 1)).toBeLessThan(reference);
  expect(referencePoint(['latency', 'top1'])).toEqual([1.1, 1]);
});

test('the volume of a front of three is that of its boxes', () => {
  const points = [
    { number: 0, values: [1, 0.1, 1] },
    { number: 1, values: [0.5, 0.4, 0.6] },
    { number: 2, values: [0.6, 0.5, 0.6] },
  ];
  const { members, hypervolume } = frontFor(['latency', 'top1', 'size'])(points);
  expect(members).toEqual([0, 1]);
  const box = (a: number, b: number, c: number): number => (1.1 - a) * (1 - b) * (1.1 - c);
  expect(hypervolume).toBeCloseTo(box(1, 0.1, 1) + box(0.5, 0.4, 0.6) - box(1, 0.4, 1), 12);
});

describe('limits', () => {
  const dense = denseFiguresOf(
    names,
    [1, 0.1, 1, 1],
    [
      stored('search', latencyOf(0)),
      stored('search', accuracyOf(0)),
      stored('confirm', sizeObservation(1, 1)),
      stored('search', sizeObservation(8_000_000, 8_000_000)),
      stored('search', memoryObservation(peak(600), [600], true)),
    ],
  );

  test('come to what is minimised, against what the dense model has', () => {
    expect(dense.latency?.amount).toBe(13);
    expect(dense.size?.amount).toBe(8_000_000);
    const limits = {
      maxDrop: 0.02,
      maxLatencyMs: 6.5,
      minSpeedup: 4,
      maxSizeBytes: 6_000_000,
      maxMemoryBytes: 300 * 1024,
    };
    expect(constraintsOf(names, limits, dense)).toEqual([
      { objective: 0, max: 0.25 },
      { objective: 1, max: 0.1 + 0.02 },
      { objective: 2, max: 0.75 },
      { objective: 3, max: 0.5 },
    ]);
    expect(constraintsOf([...names].reverse(), { maxSizeBytes: 6_000_000 }, dense)).toEqual([
      { objective: 1, max: 0.75 },
    ]);
    const shares = { maxSizeShare: 0.75, maxMemoryShare: 0.5 };
    expect(constraintsOf(names, shares, dense)).toEqual([
      { objective: 2, max: 0.75 },
      { objective: 3, max: 0.5 },
    ]);
    expect(limitsText(shares)).toBe(
      "a file of at most 75.0 % of the dense one, at most 50.0 % of the dense model's memory",
    );
    expect(limitsText(limits)).toBe(
      'at most 2.00 pp lost, at most 6.50 ms, at least 4.00x as fast, a file of at most 6.00 MB, at most 307 kB of memory',
    );
  });

  test('a value on its limit keeps to it, what rounding adds too; one that was not measured does not', () => {
    const constraints = [{ objective: 2, max: 0.75 }];
    expect(keepsTo(constraints, [9, 9, 0.75 + 1e-13, 9])).toBe(true);
    expect(keepsTo(constraints, [9, 9, 0.7501, 9])).toBe(false);
    expect(keepsTo(constraints, [9, 9])).toBe(false);
  });

  test('each is told, compared and counted', () => {
    expect(new Set(limitKeys).size).toBe(7);
    for (const { key, kind } of limitTable) {
      expect(hasLimits({ [key]: 1 })).toBe(true);
      expect(sameLimits({ [key]: 1 }, {})).toBe(false);
      expect(constraintsOf(names, { [key]: 1 }, dense).map(({ objective }) => objective)).toEqual([
        positionOf(names, kind),
      ]);
    }
    expect(hasLimits({})).toBe(false);
    expect(sameLimits({ maxDrop: undefined }, {})).toBe(true);
  });
});

describe('confirmed is what has every observation of that phase that can be confirmed', () => {
  const confirmed = observations.map(each => stored('confirm', each));
  const without = (kind: string) => confirmed.filter(each => each.kind !== kind);

  test('a size needs no confirming, all others do, and a disturbed latency does not count', () => {
    expect(isConfirmedBy(names, confirmed)).toBe(true);
    expect(isConfirmedBy(names, without('size'))).toBe(true);
    for (const kind of ['latency', 'accuracy', 'memory'])
      expect(unconfirmedKinds(names, without(kind))).toEqual([kind]);
    const busy = [stored('confirm', { ...latencyOf(0), quality: 'disturbed' }), ...without('latency')];
    expect(unconfirmedKinds(names, busy)).toEqual(['latency']);
  });

  test('observations of others, or of the search, do not stand in for what is missing', () => {
    expect(isConfirmedBy(['latency', 'top1'], without('accuracy'))).toBe(false);
    expect(
      isConfirmedBy(
        ['latency', 'top1'],
        observations.map(each => stored('search', each)),
      ),
    ).toBe(false);
    expect(isConfirmedBy(['latency', 'top1'], without('memory'))).toBe(true);
  });
});

test('peak memory is a ratio of medians: one process that took more moves nothing', () => {
  const { bytes, referenceBytes, ratio } = memoryFigures([100, 101, 170], [200, 202, 201]);
  expect(bytes).toBe(101 * 1024);
  expect(referenceBytes).toBe(201 * 1024);
  expect(ratio).toBeCloseTo(101 / 201, 12);
});

test('the standard error of a ratio of peak memories is the spread of such ratios, by simulation', () => {
  const { uniform } = seededRng(1);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const sample = (mean: number): number[] => Array.from({ length: 9 }, () => mean * (1 + 0.02 * normal()));
  const found = Array.from({ length: 3000 }, () => memoryFigures(sample(500), sample(1000)));
  const mean = found.reduce((sum, { ratio }) => sum + ratio, 0) / found.length;
  const spread = Math.sqrt(found.reduce((sum, { ratio }) => sum + (ratio - mean) ** 2, 0) / found.length);
  const told = Math.sqrt(found.reduce((sum, { standardError }) => sum + standardError ** 2, 0) / found.length);
  expect(mean).toBeCloseTo(0.5, 2);
  expect(told / spread).toBeGreaterThan(0.9);
  expect(told / spread).toBeLessThan(1.15);
});
