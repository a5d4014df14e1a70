import { expect, test } from 'vitest';
import { linesOf, textOf } from '../../src/files/text.ts';

const text = 'file,label\nMüller.jpg,Käse\nb.jpg,2\n';
const utf16 = (bigEndian: boolean, mark: boolean): Uint8Array => {
  const bytes = Buffer.from(`${mark ? '\uFEFF' : ''}${text}`, 'utf16le');
  return bigEndian ? bytes.swap16() : bytes;
};

test.each([
  ['UTF-8', Buffer.from(text)],
  ['UTF-8 with a mark', Buffer.from(`\uFEFF${text}`)],
  ['UTF-16 LE with a mark', utf16(false, true)],
  ['UTF-16 BE with a mark', utf16(true, true)],
  ['UTF-16 LE without one', utf16(false, false)],
  ['UTF-16 BE without one', utf16(true, false)],
  ['Windows-1252', Buffer.from(text, 'latin1')],
])('reads %s', (_, bytes) => {
  expect(textOf(bytes)).toBe(text);
});

test('reads lines that end in LF, CRLF or CR', () => {
  for (const end of ['\n', '\r\n', '\r']) {
    const read = textOf(Buffer.from(text.replaceAll('\n', end)));
    expect(linesOf(read)).toEqual(text.split('\n'));
  }
  // What a study remembers of a file stays what it was.
  expect(textOf(Buffer.from('a: 1\r\nb: 2\r\n'))).toBe('a: 1\r\nb: 2\r\n');
  expect(textOf(new Uint8Array(0))).toBe('');
});
