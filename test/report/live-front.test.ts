import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Happening } from '../../src/events/event.ts';
import { joined, type LiveFront, liveFrontLines } from '../../src/report/live-front.ts';

const finished = (trial: number, speedup: number, drop: number, more: object = {}): Happening => ({
  kind: 'trial-finished',
  trial,
  ratio: 1 / speedup,
  interval: [0, 1],
  latencyMs: 1,
  accuracy: 0.5,
  standardError: 0,
  drop,
  halfWidth: 0,
  quality: 'good',
  macs: 1,
  onFront: true,
  frontSize: 2,
  hypervolume: 1,
  wallMs: 1,
  ...more,
});

const grown = (...events: Happening[]): LiveFront => events.reduce(joined, [] as LiveFront);

describe('joined', () => {
  test('the fastest first, without those that a new one beats', () => {
    const front = grown(finished(1, 1.2, 0.01), finished(2, 2, 0.05), finished(3, 1.5, 0.01));
    expect(front.map(({ trial }) => trial)).toEqual([2, 3]);
  });

  test('not what is off the front or disturbed', () => {
    expect(grown(finished(1, 2, 0, { onFront: false }), finished(2, 2, 0, { quality: 'disturbed' }))).toEqual([]);
  });

  test('a further objective keeps what is slower but smaller', () => {
    const of = (value: number) => ({ further: { size: { value } } });
    expect(grown(finished(1, 1.2, 0.01, of(1)), finished(2, 2, 0.01, of(2)))).toHaveLength(2);
    expect(grown(finished(1, 1.2, 0.01, of(2)), finished(2, 2, 0.01, of(1)))).toHaveLength(1);
  });

  test('no member beats another, as by a search of all pairs', () => {
    const point = fc.record({
      speedup: fc.double({ min: 0.5, max: 4, noNaN: true }),
      drop: fc.integer({ min: 0, max: 9 }),
    });
    fc.assert(
      fc.property(fc.array(point, { maxLength: 12 }), points => {
        const front = grown(...points.map(({ speedup, drop }, i) => finished(i + 1, speedup, drop / 100)));
        for (const a of front)
          for (const b of front) expect(a !== b && a.speedup > b.speedup && a.drop < b.drop).toBe(false);
      }),
    );
  });
});

describe('liveFrontLines', () => {
  const front = grown(...Array.from({ length: 20 }, (_, i) => finished(i + 1, 1 + i / 10, i / 200)));

  test.each([80, 40])('fits %i columns, a line for each point', columns => {
    const lines = liveFrontLines(front, 6, columns);
    expect(lines).toHaveLength(6);
    for (const line of lines) expect(line.length).toBeLessThan(columns);
  });

  test('the fastest and the most accurate are always there, the longest bar is the fastest', () => {
    const lines = liveFrontLines(front, 5, 80);
    expect(lines[0]).toMatch(/^ {2}trial 20 +2\.90x +-9\.50 pp {2}={30}$/);
    expect(lines.at(-1)).toMatch(/^ {2}trial 1 +1\.00x .* {2}=+$/);
  });

  test('nothing where there is nothing or no room', () => {
    expect(liveFrontLines([], 5, 80)).toEqual([]);
    expect(liveFrontLines(front, 0, 80)).toEqual([]);
  });
});
