import { expect, test } from 'vitest';
import { givenValues } from '../../src/cli/given-values.ts';

const options = {
  time: { type: 'string' },
  trials: { type: 'number' },
  format: { choices: ['csv'] },
  json: { type: 'boolean' },
} as const;

test('a value that begins with a dash stays with its option', () => {
  const args = [
    'search',
    '--time',
    '-1h',
    '--trials',
    '-5',
    '--format',
    '-x',
    '--json',
    '--time=-2h',
    '--unknown',
    '-y',
  ];
  expect(givenValues(args, options)).toEqual([
    ...['search', '--time=-1h', '--trials=-5', '--format=-x', '--json', '--time=-2h', '--unknown', '-y'],
  ]);
});

test('everything else stays as it is', () => {
  const args = ['show', '-1', '--time', '8h', '--trials', '5', '--no-json', 'more', '--json'];
  expect(givenValues(args, options)).toEqual(args);
});

test.each([[['--time']], [['--time', '--json']], [['--json', '--trials']]])('%j lacks a value', args => {
  expect(() => givenValues(args, options)).toThrow(/--(time|trials): expected a value, found/);
});
