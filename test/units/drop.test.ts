import { describe, expect, test } from 'vitest';
import { parseDrop } from '../../src/units/drop.ts';

describe('parseDrop', () => {
  test.each([
    ['1pp', 0.01],
    ['0.5%', 0.005],
    ['0.01', 0.01],
    ['.02', 0.02],
    [' 2.5 PP ', 0.025],
    ['0', 0],
    ['100%', 1],
  ])('%s is the fraction %d', (text, expected) => {
    expect(parseDrop(text)).toBeCloseTo(expected, 12);
  });

  test.each(['', 'pp', '-1pp', '101%', 'one', '1p', 'NaN', '1e-2'])('refuses %j', text => {
    expect(() => parseDrop(text, '--max-drop')).toThrow(/^Cannot read --max-drop: expected a drop of 0 to 100 points/);
  });

  test('a number above 1 is told to be in points', () => {
    expect(() => parseDrop('2')).toThrow('Write 2pp for percentage points.');
    expect(() => parseDrop('1')).toThrow('Write 1pp for percentage points.');
  });
});
