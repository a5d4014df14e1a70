import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { UserError } from '../../src/errors/user-error.ts';
import { folderOfStore, placeOf } from '../../src/store/place.ts';

test.each([
  ['results/rankfront.sqlite', 'results/rankfront.sqlite'],
  ['C:\\studies\\x.sqlite', 'C:\\studies\\x.sqlite'],
  ['./postgres://x', './postgres://x'],
  ['a:b', 'a:b'],
  ['file:results/my%20studies.sqlite', 'results/my studies.sqlite'],
  ['file:./x.sqlite', './x.sqlite'],
  [pathToFileURL(join(import.meta.dirname, 'ä b.sqlite')).href, join(import.meta.dirname, 'ä b.sqlite')],
])('%s is a file', (place, file) => {
  expect(placeOf(place)).toEqual({ kind: 'sqlite', file });
});

test('relative paths of a study are meant from the folder of the file, however its place is said', () => {
  expect(folderOfStore('results/x.sqlite')).toBe('results');
  expect(folderOfStore(pathToFileURL('/tmp/a b/x.sqlite').href)).toBe(join(pathToFileURL('/').pathname, 'tmp', 'a b'));
});

test.each(['postgres', 'postgresql', 'PostgreSQL'])(
  'a %s database is told to be none of this version, with the way out',
  scheme => {
    let told: unknown;
    try {
      placeOf(`${scheme}://me:secret@host:5432/studies`);
    } catch (error) {
      told = error;
    }
    expect(told).toBeInstanceOf(UserError);
    const { message, wayOut } = told as UserError;
    expect(message).toMatch(
      /"PostgreSQL|"postgres(ql)?:\/\/host:5432\/studies": this version keeps them in SQLite files/i,
    );
    expect(message).not.toContain('secret');
    expect(wayOut).toContain('--store');
  },
);

test.each(['mysql://root:secret@host/x', 'https://host/x.sqlite', 'file:x.sqlite?mode=ro', 'file:///x#y', 'file:%zz'])(
  '%s is refused',
  place => {
    expect(() => placeOf(place)).toThrow(UserError);
    expect(() => placeOf(place)).not.toThrow('secret');
  },
);
