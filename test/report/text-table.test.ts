import { expect, test } from 'vitest';
import { wrapped } from '../../src/report/text-table.ts';

test('a sentence ends where the terminal does, between words, and loses none', () => {
  const sentence = 'Fastest within 1.00 pp of accuracy: trial 12 (confirmed), 6.26 ms against 11.1 ms dense.';
  const lines = wrapped(sentence, 30).split('\n');
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(30);
  expect(lines.length).toBe(4);
  expect(lines.join(' ')).toBe(sentence);
  // A word that is longer than the line stays whole, and without a terminal nothing is broken.
  expect(wrapped(`a ${'b'.repeat(40)} c`, 10)).toBe(`a\n${'b'.repeat(40)}\nc`);
  expect(wrapped(sentence, null)).toBe(sentence);
});
