import { expect, test } from 'vitest';
import { formatBytes, isShare, parseBytes, parseShare } from '../../src/units/bytes.ts';

test('decimal units are powers of 1000, binary ones of 1024, in any case and with or without a blank', () => {
  expect(parseBytes('8MB')).toBe(8_000_000);
  expect(parseBytes('8 MiB')).toBe(8 * 1024 ** 2);
  expect(parseBytes('0.5gb')).toBe(500_000_000);
  expect(parseBytes('512kB')).toBe(512_000);
  expect(parseBytes('640 B')).toBe(640);
  expect(parseBytes('1GiB')).toBe(2 ** 30);
});

test.each(['8', '8M', '0MB', '-1MB', 'MB', '8 TB', '1e3MB', ''])('%j is refused with a way out', text => {
  expect(() => parseBytes(text, '--max-size')).toThrow('Cannot read --max-size: expected a size such as 8MB');
});

test.each([
  ['8', 'Add the unit: 8MB, say.'],
  ['8 MBs', 'Write a number and one of B, kB, MB, GB, KiB, MiB, GiB or %.'],
  ['-1MB', 'Leave out the minus.'],
  ['0', 'Nothing is that small: give a size above 0.'],
  ['0.0 MB', 'Nothing is that small: give a size above 0.'],
  ['', 'Write a number and one of B, kB, MB, GB, KiB, MiB, GiB or %.'],
])('%j is told what to do: %s', (text, wayOut) => {
  expect(() => parseBytes(text, '--max-size')).toThrow(wayOut);
});

test('a share is one of the dense model, and more than nothing', () => {
  expect(['50%', ' 12.5 % ', '110%'].map(text => parseShare(text))).toEqual([0.5, 0.125, 1.1]);
  expect(['50%', '50 % ', '8MB', '0.5'].map(isShare)).toEqual([true, true, false, false]);
  for (const text of ['0%', '-5%', '%', '1e3%', '5%%'])
    expect(() => parseShare(text, '--max-size')).toThrow('Cannot read --max-size: expected a share above 0%');
});

test('three digits, and what is told can be read again', () => {
  expect([640, 12_345, 7_912_345, 79_123_456, 999_499_999, 2.5e9].map(formatBytes)).toEqual([
    '640 B',
    '12.3 kB',
    '7.91 MB',
    '79.1 MB',
    '999 MB',
    '2.50 GB',
  ]);
  for (const bytes of [640, 12_300, 7_910_000]) expect(parseBytes(formatBytes(bytes))).toBe(bytes);
  expect(formatBytes(Number.NaN)).toBe('-');
});
