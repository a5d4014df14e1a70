import { expect, test } from 'vitest';
import { formatOf } from '../../src/cli/output-format.ts';

const formats = { endings: { '.txt': 'table', '.csv': 'csv', '.png': 'png' }, usual: 'table' } as const;

test.each([
  [undefined, undefined, 'table'],
  [undefined, 'front', 'table'],
  [undefined, 'a.b/front.PNG', 'png'],
  ['csv', undefined, 'csv'],
  ['csv', '/dev/stdout', 'csv'],
  ['csv', 'front.csv', 'csv'],
  ['csv', 'front.dat', 'csv'],
] as const)('--format %s --out %s gives %s', (given, out, expected) => {
  expect(formatOf(given, out, formats)).toBe(expected);
});

test.each([
  ['table', 'front.png', /Cannot write the format "table" to "front.png": its ending means "png"/],
  [undefined, 'front.jpg', /Cannot tell the format of "front.jpg" by its ending: expected .txt, .csv, .png/],
] as const)('--format %s --out %s is refused', (given, out, message) => {
  expect(() => formatOf(given, out, formats)).toThrow(message);
});
