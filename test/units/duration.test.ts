import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDuration, parseDuration } from '../../src/units/duration.ts';

describe('parseDuration', () => {
  test.each([
    ['8h', 28_800_000],
    ['30m', 1_800_000],
    ['90s', 90_000],
    ['1h30m', 5_400_000],
    ['1h 30m', 5_400_000],
    [' 1.5H ', 5_400_000],
    ['250ms', 250],
    ['1s250ms', 1250],
    ['2d', 172_800_000],
  ])('%s is %d ms', (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });

  test.each(['', '8', 'h', '-1h', '0s', '8 hours', '30m1h', '1h1h', '1h30', '1h,30m', '1e3s', 'Infinity'])(
    'refuses %j',
    text => {
      expect(() => parseDuration(text, '--time')).toThrow(/^Cannot read --time: expected a duration such as 8h/);
    },
  );

  test('a bare number is told to have a unit', () => {
    expect(() => parseDuration('8', '--time')).toThrow('Add the unit: 8s, 8m or 8h.');
  });

  test('sums its parts', () => {
    fc.assert(
      fc.property(fc.nat(99), fc.nat(99), fc.integer({ min: 1, max: 99 }), (hours, minutes, seconds) => {
        expect(parseDuration(`${hours}h${minutes}m${seconds}s`)).toBe(((hours * 60 + minutes) * 60 + seconds) * 1000);
      }),
    );
  });

  test('one call leaves no trace in the next', () => {
    expect(() => parseDuration('1h1h')).toThrow();
    expect(parseDuration('1h')).toBe(3_600_000);
  });
});

describe('formatDuration', () => {
  test.each([
    [0, '0 ms'],
    [340.4, '340 ms'],
    [999.6, '1.0 s'],
    [4200, '4.2 s'],
    [9951, '10 s'],
    [59_499, '59 s'],
    [59_600, '1 m 00 s'],
    [200_000, '3 m 20 s'],
    [3_599_600, '1 h 00 m'],
    [7.083 * 3_600_000, '7 h 05 m'],
    [51 * 3_600_000, '2 d 03 h'],
    [-4200, '-4.2 s'],
    [Number.NaN, '-'],
    [Number.POSITIVE_INFINITY, '-'],
  ])('%d ms reads %s', (durationMs, expected) => {
    expect(formatDuration(durationMs)).toBe(expected);
  });

  test('is read back to within its own precision', () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 1e9, noNaN: true }), durationMs => {
        const back = parseDuration(formatDuration(durationMs));
        expect(Math.abs(back - durationMs)).toBeLessThanOrEqual(Math.max(0.5, 0.06 * durationMs));
      }),
    );
  });
});
