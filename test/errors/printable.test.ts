import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isPrintable, oneLine, printable } from '../../src/errors/printable.ts';

test.each([
  ['ESC', '\x1b[2J', '\\u001b[2J'],
  ['C1 (CSI in one character)', '\x9b31m', '\\u009b31m'],
  ['DEL', 'a\x7fb', 'a\\u007fb'],
  ['bidi override', 'a\u202egnp.exe', 'a\\u202egnp.exe'],
  ['bidi isolate', '\u2066a\u2069', '\\u2066a\\u2069'],
  ['zero width space', 'a\u200bb', 'a\\u200bb'],
  ['byte order mark', '\ufeffa', '\\ufeffa'],
  ['line separator', 'a\u2028b', 'a\\u2028b'],
  ['a tag, which lies beyond 16 bits', '\u{e0041}', '\\udb40\\udc41'],
  ['half of a pair', 'a\ud800b', 'a\\ud800b'],
  ['a filler that looks like a blank', '\u3164', '\\u3164'],
  ['carriage return', 'a\rb', 'a\\u000db'],
  ['tab', 'a\tb', 'a\\tb'],
])('%s is written as an escape', (_, text, safe) => {
  expect(oneLine(text)).toBe(safe);
  expect(printable(text)).toBe(safe);
  expect(isPrintable(text)).toBe(false);
});

test('a line break is kept between lines and escaped in one', () => {
  expect(oneLine('a\nb')).toBe('a\\nb');
  expect(printable('a\nb')).toBe('a\nb');
  expect(printable('a\r\nb\rc')).toBe('a\r\nb\\u000dc');
});

test.each(['résumé 模型 модель', 'block.0/conv1:0', '± 1.5 pp … → ok', '😀'])('%s stays as it is', text => {
  expect(oneLine(text)).toBe(text);
  expect(isPrintable(text)).toBe(true);
});

test('JSON of any text stays JSON of the same text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), (a, b) => {
      const record = { [a]: b, c: `${a}\u009b\u202e${b}` };
      expect(JSON.parse(printable(JSON.stringify(record, null, 2)))).toEqual(record);
    }),
  );
});
