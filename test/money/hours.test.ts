import { expect, test } from 'vitest';
import { parseHours } from '../../src/money/hours.ts';

test('one number a line, or the last cell of each', () => {
  expect(parseHours('10\n20\n\n30\n', 'h.txt')).toEqual([10, 20, 30]);
  expect(parseHours('hour,calls\r\n2026-03-01 00:00,1e3\r\n2026-03-01 01:00, 250.5\r\n', 'h.csv')).toEqual([
    1000, 250.5,
  ]);
  expect(parseHours('1;5\n2;6', 'h.csv')).toEqual([5, 6]);
});

test('a line that is no number is named', () => {
  expect(() => parseHours('calls\n5\nmany\n', 'h.csv')).toThrow(/h\.csv:3: .*found "many"/);
  expect(() => parseHours('5\n-1\n', 'h.csv')).toThrow(/h\.csv:2/);
  expect(() => parseHours('calls\n', 'h.csv')).toThrow(/no hour/);
  expect(() => parseHours('0\n0\n', 'h.csv')).toThrow(/no calls in any hour/);
});
