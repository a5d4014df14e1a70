import { describe, expect, test } from 'vitest';
import { outOfReach, type Tried } from '../../../src/report/front/out-of-reach.ts';

/** Dense takes 10 ms. */
const tried = (trial: number, speedup: number, drop: number): Tried => ({
  trial,
  speedup,
  latencyMs: 10 / speedup,
  drop,
});
const some = [tried(1, 3.2, 0.3), tried(2, 1.5, 0.04), tried(3, 1.1, 0.012)];

describe('no trial keeps to the limits: the best that was seen, and the way out', () => {
  test('of the latency: the fastest', () => {
    const told =
      'None of 3 trials keeps to the limits (at least 50.00x as fast): the fastest is trial 1, 3.20x at 3.13 ms; give wider limits, or remove them with --max-drop none.';
    expect(outOfReach({ minSpeedup: 50 }, some)).toBe(told);
    expect(outOfReach({ maxLatencyMs: 1 }, some)).toContain('(at most 1 ms): the fastest is trial 1');
  });

  test('of the drop: the one that loses least', () => {
    expect(outOfReach({ maxDrop: 0.01 }, some)).toContain('): trial 3 loses least, -1.20 pp;');
  });

  test('of both: the one that loses least of those that are fast enough', () => {
    expect(outOfReach({ maxDrop: 0.02, minSpeedup: 1.4 }, some)).toContain(
      '(at most 2.00 pp lost, at least 1.40x as fast): of those that are fast enough, trial 2 loses least, -4.00 pp;',
    );
  });
});

test('nothing is said where a trial keeps to them, on the limit too, without limits and before the first trial', () => {
  expect(outOfReach({ maxDrop: 0.012, minSpeedup: 1.1, maxLatencyMs: 10 / 1.1 }, some)).toBeNull();
  expect(outOfReach({ maxDrop: 0.9 - 0.888 }, some)).toBeNull();
  expect(outOfReach({}, some)).toBeNull();
  expect(outOfReach({ minSpeedup: 50 }, [])).toBeNull();
});
