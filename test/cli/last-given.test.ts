import { expect, test } from 'vitest';
import yargs from 'yargs/yargs';
import { lastGiven } from '../../src/cli/last-given.ts';

const options = { batch: { type: 'number' }, out: { type: 'string' }, json: { type: 'boolean' } } as const;
const parsed = (...args: string[]) =>
  yargs(lastGiven(args, options))
    .options(options)
    .parserConfiguration({ 'duplicate-arguments-array': false })
    .parseSync();

test('of a number given more than once the last one counts, a 1 too', () => {
  expect(parsed('train', '--batch', '8', '--out', 'a', '--batch', '1', '--json')).toMatchObject({
    batch: 1,
    out: 'a',
    json: true,
  });
  expect(parsed('train', '--batch=8', '--batch=1', '--batch', '1')).toMatchObject({ batch: 1 });
  expect(parsed('train', '--json', '--batch', '1', '--batch=-3', '--out', 'b')).toMatchObject({
    batch: -3,
    out: 'b',
    json: true,
  });
});

test('of a text as well; flags and words stay as they are', () => {
  const args = ['train', '--out', 'a', '--json', '--out', 'b', '--json', '--batch', '1', 'more'];
  expect(lastGiven(args, options)).toEqual(['train', '--json', '--out', 'b', '--json', '--batch', '1', 'more']);
  expect(lastGiven(['--other', 'a', '--other', 'b'], options)).toEqual(['--other', 'a', '--other', 'b']);
});
