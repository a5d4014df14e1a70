import { expect, test } from 'vitest';
import { withoutPasswords } from '../../src/store/without-passwords.ts';

test.each([
  ['postgres://me:secret@host:5432/db', 'postgres://me@host:5432/db'],
  ['postgresql://me:s@cret@host/db', 'postgresql://me@host/db'],
  ['POSTGRES://:secret@host/db', 'POSTGRES://host/db'],
  ['postgres:///db?host=/tmp&password=secret&user=me', 'postgres:///db?host=/tmp&user=me'],
  ['postgres://h/db?password=secret', 'postgres://h/db'],
  ['postgres://me:%73ecret%2Fsecret@h/db', 'postgres://me@h/db'],
  [
    '--store=postgres://me:secret@h/db and "postgres://you:secret@h/db".',
    '--store=postgres://me@h/db and "postgres://you@h/db".',
  ],
  ['postgres://me@host/db', 'postgres://me@host/db'],
  ['postgres://host/db', 'postgres://host/db'],
  ['results/me:x@y.sqlite', 'results/me:x@y.sqlite'],
  ['write to me@example.org about postgres', 'write to me@example.org about postgres'],
])('%s', (given, expected) => {
  expect(withoutPasswords(given)).toBe(expected);
  expect(withoutPasswords(given)).not.toContain('secret');
});

test('a password that makes the URL none is not shown either', () => {
  expect(withoutPasswords('postgres://me:a/secret@h/x')).not.toContain('secret');
  expect(withoutPasswords('postgres://me:a?secret@h/x')).not.toContain('secret');
  expect(withoutPasswords('postgres://me:a#secret@h/x')).not.toContain('secret');
});
