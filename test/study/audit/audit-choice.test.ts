import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRng, shuffled } from '../../../src/random/rng.ts';
import type { CompleteTrial } from '../../../src/store/trial.ts';
import { chooseAudited } from '../../../src/study/audit/audit-choice.ts';

const plane = ['latency', 'top1'];
const trial = (number: number, latency: number, error: number): CompleteTrial =>
  ({ number, values: [latency, error] }) as unknown as CompleteTrial;
const numbers = (trials: readonly CompleteTrial[]): number[] => trials.map(({ number }) => number);

/** Twelve on a front, numbers 1 to 12 by latency, and a grid of 40 above it. */
const members = Array.from({ length: 12 }, (_, i) => trial(i + 1, 0.3 + 0.05 * i, 0.4 - 0.03 * i));
const others = Array.from({ length: 40 }, (_, i) => trial(100 + i, 0.4 + 0.1 * (i % 8), 0.5 + 0.1 * Math.floor(i / 8)));
const front = new Set(numbers(members));

describe('chooseAudited', () => {
  test('half are of the front, with both ends, in turn with the others', () => {
    const chosen = numbers(chooseAudited(plane, [...members, ...others], front, 20));
    expect(new Set(chosen).size).toBe(20);
    expect(chosen.filter(number => front.has(number))).toHaveLength(10);
    expect(chosen).toContain(1);
    expect(chosen).toContain(12);
    expect(chosen.map(number => front.has(number)).slice(0, 4)).toEqual([true, false, true, false]);
  });

  test('no trial that is left out is farther from the chosen than the last chosen one was', () => {
    const all = [...members, ...others];
    const rankOf = (value: number, values: readonly number[]): number =>
      values.filter(each => each < value).length / (values.length - 1);
    const place = ({ values: [latency = 0, error = 0] }: CompleteTrial): [number, number] => [
      rankOf(
        latency,
        all.map(({ values }) => values[0]!),
      ),
      rankOf(
        error,
        all.map(({ values }) => values[1]!),
      ),
    ];
    const distance = (a: CompleteTrial, b: CompleteTrial): number =>
      Math.hypot(place(a)[0] - place(b)[0], place(a)[1] - place(b)[1]);
    const nearest = (one: CompleteTrial, to: readonly CompleteTrial[]): number =>
      Math.min(...to.map(each => distance(one, each)));
    const chosen = chooseAudited(plane, all, front, 20);
    const off = chosen.filter(({ number }) => !front.has(number));
    const last = off.at(-1)!;
    const before = chosen.filter(each => each !== last);
    const reached = nearest(last, before);
    for (const trial of others.filter(each => !chosen.includes(each)))
      expect(nearest(trial, before)).toBeLessThanOrEqual(reached + 1e-12);
    // The slowest of the worst networks is a corner of the plane.
    expect(off[0]!.number).toBe(139);
  });

  test('where one side is short the other fills up', () => {
    expect(chooseAudited(plane, [...members, ...others.slice(0, 5)], front, 16)).toHaveLength(16);
    const few = chooseAudited(plane, [...members.slice(0, 2), ...others], front, 16);
    expect(numbers(few).filter(number => front.has(number))).toEqual([1, 2]);
    expect(few).toHaveLength(16);
    expect(chooseAudited(plane, others.slice(0, 7), new Set(), 20)).toHaveLength(7);
  });

  test('is the same whatever order the trials come in', () => {
    const expected = numbers(chooseAudited(plane, [...members, ...others], front, 20));
    fc.assert(
      fc.property(fc.integer(), seed => {
        const mixed = shuffled([...members, ...others], seededRng(seed));
        expect(numbers(chooseAudited(plane, mixed, front, 20))).toEqual(expected);
      }),
      { numRuns: 20 },
    );
  });
});
