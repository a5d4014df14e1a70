import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  formatCount,
  formatMacs,
  formatMs,
  formatPercent,
  formatPoints,
  formatSpeedup,
} from '../../src/units/format.ts';

test.each([
  [0.12345, '0.123 ms'],
  [4.5649, '4.56 ms'],
  [9.9996, '10.0 ms'],
  [78.94, '78.9 ms'],
  [1234.4, '1234 ms'],
  [5, '5 ms'],
  [0, '0 ms'],
  [Number.NaN, '-'],
])('%d milliseconds read %s', (value, expected) => {
  expect(formatMs(value)).toBe(expected);
});

test.each([
  [640, '640 MACs'],
  [12_345, '12.3 kMACs'],
  [41_600_000, '41.6 MMACs'],
  [999_600, '1.00 MMACs'],
  [1_820_000_000, '1.82 GMACs'],
  [1.5e12, '1.50 TMACs'],
])('%d reads %s', (value, expected) => {
  expect(formatMacs(value)).toBe(expected);
});

test('counts', () => {
  expect(formatCount(640)).toBe('640');
  expect(formatCount(11_689_512)).toBe('11.7 M');
});

test('fractions', () => {
  expect(formatPercent(0.9173)).toBe('91.73 %');
  expect(formatPercent(0.9173, 1)).toBe('91.7 %');
  expect(formatPercent(-0.000001)).toBe('0.00 %');
  expect(formatPercent(Number.NaN)).toBe('-');
  expect(formatPoints(-0.0123)).toBe('-1.23 pp');
  expect(formatPoints(0.0123)).toBe('+1.23 pp');
  expect(formatPoints(-0.00001)).toBe('0.00 pp');
  expect(formatSpeedup(1.409)).toBe('1.41x');
});

test('MACs keep three digits', () => {
  fc.assert(
    fc.property(fc.double({ min: 1, max: 9e14, noNaN: true }), macs => {
      const [number, unit] = formatMacs(macs).split(' ');
      const scale = { MACs: 1, kMACs: 1e3, MMACs: 1e6, GMACs: 1e9, TMACs: 1e12 }[unit ?? ''] ?? Number.NaN;
      expect(Math.abs(Number(number) * scale - macs)).toBeLessThanOrEqual(0.005 * macs);
    }),
  );
});
