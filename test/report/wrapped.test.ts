import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wrapped } from '../../src/report/text-table.ts';

test('breaks between words, and only where a line is full', () => {
  expect(wrapped('one two three four', 9)).toBe('one two\nthree\nfour');
  expect(wrapped('a-word-that-is-too-long', 5)).toBe('a-word-that-is-too-long');
  expect(wrapped('short', 80)).toBe('short');
});

test('the words stay, and no line of several words is too long', () => {
  const word = fc.stringMatching(/^[a-z]{1,12}$/);
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 30 }), fc.integer({ min: 4, max: 60 }), (words, columns) => {
      const lines = wrapped(words.join(' '), columns).split('\n');
      expect(lines.join(' ')).toBe(words.join(' '));
      for (const line of lines) if (line.includes(' ')) expect(line.length).toBeLessThanOrEqual(columns);
    }),
  );
});
