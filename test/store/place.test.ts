import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { UserError } from '../../src/errors/user-error.ts';
import { fileOfStore, folderOfStore, storePlaceOf } from '../../src/store/place.ts';

test.each([
  ['results/rankfront.sqlite', 'results/rankfront.sqlite'],
  ['C:\\studies\\x.sqlite', 'C:\\studies\\x.sqlite'],
  ['./postgres://x', './postgres://x'],
  ['a:b', 'a:b'],
  ['file:results/my%20studies.sqlite', 'results/my studies.sqlite'],
  ['file:./x.sqlite', './x.sqlite'],
  [pathToFileURL(join(import.meta.dirname, 'ä b.sqlite')).href, join(import.meta.dirname, 'ä b.sqlite')],
])('%s is a file', (place, file) => {
  expect(storePlaceOf(place)).toEqual({ kind: 'sqlite', file });
});

test('relative paths of a study are meant from the folder of the file, however its place is said', () => {
  expect(folderOfStore('results/x.sqlite')).toBe('results');
  expect(folderOfStore(pathToFileURL('/tmp/a b/x.sqlite').href)).toBe(join(pathToFileURL('/').pathname, 'tmp', 'a b'));
});

test.each([
  ['postgres://me:secret@host:5432/studies', 'postgres://me:secret@host:5432/studies'],
  ['PostgreSQL://host/studies', 'postgresql://host/studies'],
  ['postgresql:///studies?host=/run/postgresql', 'postgresql:///studies?host=/run/postgresql'],
])('%s is a database', (place, url) => {
  expect(storePlaceOf(place)).toEqual({ kind: 'postgres', url });
  expect(fileOfStore(place)).toBeUndefined();
  expect(folderOfStore(place)).toBe('.');
});

test.each(['postgres://host', 'postgres://host/', 'postgres:///x', 'postgres://me:se/secret@host/x', 'postgres://'])(
  '%s is told to be no database, with the way out and without a password',
  place => {
    let told: unknown;
    try {
      storePlaceOf(place);
    } catch (error) {
      told = error;
    }
    expect(told).toBeInstanceOf(UserError);
    const { message, wayOut } = told as UserError;
    expect(message).toMatch(/^Cannot open the store "postgres:.*": it (is no URL|names no (database|host))\./);
    expect(message).not.toContain('secret');
    expect(wayOut).toContain('postgres://USER@HOST');
  },
);

test.each(['mysql://root:secret@host/x', 'https://host/x.sqlite', 'file:x.sqlite?mode=ro', 'file:///x#y', 'file:%zz'])(
  '%s is refused',
  place => {
    expect(() => storePlaceOf(place)).toThrow(UserError);
    expect(() => storePlaceOf(place)).not.toThrow('secret');
  },
);
