import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Rng, seededRng } from '../../src/random/rng.ts';
import { levelled } from '../../src/stats/levelled.ts';
import { ratioOfMedians } from '../../src/stats/ratio-of-medians.ts';
import { median } from '../../src/stats/robust.ts';

const pairs = fc.array(
  fc.tuple(fc.double({ min: 0.1, max: 9, noNaN: true }), fc.double({ min: 0.1, max: 9, noNaN: true })),
  {
    minLength: 1,
    maxLength: 30,
  },
);
const split = (values: [number, number][]) => [values.map(each => each[0]), values.map(each => each[1])] as const;

describe('levelled', () => {
  test('leaves the ratio of every pair as it is', () => {
    fc.assert(
      fc.property(pairs, values => {
        const [x, y] = split(values);
        const result = levelled(x, y);
        for (const i of x.keys()) expect(result.x[i]! / result.y[i]!).toBeCloseTo(x[i]! / y[i]!, 9);
      }),
    );
  });

  test('leaves series alone that have one level', () => {
    const x = Array.from({ length: 21 }, () => 8);
    const y = Array.from({ length: 21 }, () => 10);
    expect(levelled(x, y)).toEqual({ x, y });
  });

  test('takes out a slow half completely, and a single slow call not at all', () => {
    const slow = Array.from({ length: 40 }, (_, i) => (i < 15 ? 1 : 3));
    const result = levelled(
      slow.map(s => 8 * s),
      slow.map(s => 10 * s),
    );
    for (const i of slow.keys()) {
      expect(result.x[i]).toBeCloseTo(8 * 3, 9);
      expect(result.y[i]).toBeCloseTo(10 * 3, 9);
    }
    const spiked = Array.from({ length: 40 }, (_, i) => (i === 20 ? 80 : 8));
    expect(
      levelled(
        spiked,
        Array.from({ length: 40 }, () => 10),
      ).x,
    ).toEqual(spiked);
  });

  test('halves the spread of the ratio where load comes and goes', () => {
    const rng = seededRng(5);
    const plain: number[] = [];
    const level: number[] = [];
    for (let trial = 0; trial < 60; trial++) {
      const [x, y] = switching(rng);
      plain.push(ratioOfMedians(x, y));
      const result = levelled(x, y);
      level.push(ratioOfMedians(result.x, result.y));
    }
    expect(deviation(level)).toBeLessThan(0.6 * deviation(plain));
    expect(median(level)).toBeCloseTo(1, 2);
  });
});

/** 150 pairs of equals that are 1.8 times slower, and noisier, about half of the time; about 40 pairs a spell. */
function switching(rng: Rng): [number[], number[]] {
  const x: number[] = [];
  const y: number[] = [];
  for (let loaded = rng.integer(2) === 1; x.length < 150; loaded = !loaded) {
    const spell = 1 + Math.floor(-40 * Math.log(1 - rng.uniform()));
    for (let i = 0; i < spell && x.length < 150; i++)
      for (const series of [x, y])
        series.push(17 * Math.exp(0.03 * (rng.uniform() - 0.5) + (loaded ? Math.log(1.8) + 0.4 * rng.uniform() : 0)));
  }
  return [x, y];
}

const deviation = (values: readonly number[]): number => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
};
