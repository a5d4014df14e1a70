import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openBlobStore } from '../../src/agent/blob-store.ts';
import { seededRng } from '../../src/random/rng.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rankfront-blobs-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const sha = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const blob = (seed: number, length = 100): Uint8Array => {
  const rng = seededRng(seed);
  return Uint8Array.from({ length }, () => rng.integer(256));
};
const onDisk = (): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .reduce((sum, entry) => sum + readFileSync(join(entry.parentPath, entry.name)).length, 0);

test('gives back what was put, under its hash alone', () => {
  const store = openBlobStore(folder, 10_000);
  const bytes = blob(1);
  expect(store.put(sha(blob(2)), bytes)).toBe(false);
  expect(store.put('../x', bytes)).toBe(false);
  expect(store.put(sha(bytes), bytes)).toBe(true);
  expect(store.put(sha(bytes), bytes)).toBe(true);
  expect(store.read(sha(bytes))).toEqual(Buffer.from(bytes));
  expect(store.read(sha(blob(2)))).toBeNull();
  expect(readFileSync(store.path(sha(bytes)) ?? '')).toEqual(Buffer.from(bytes));
  expect(onDisk()).toBe(100);
});

test('what was used last stays, against a list that is kept by hand', () => {
  const store = openBlobStore(folder, 1000);
  const rng = seededRng(4);
  /** By use, the latest last. */
  let expected: string[] = [];
  for (let step = 0; step < 400; step++) {
    const bytes = blob(rng.integer(25), 100);
    const name = sha(bytes);
    const known = expected.includes(name);
    expect(store.has(name)).toBe(known);
    if (rng.integer(2) === 0) {
      expect(store.read(name) !== null).toBe(known);
      if (known) expected = [...expected.filter(each => each !== name), name];
    } else {
      store.put(name, bytes);
      expected = [...expected.filter(each => each !== name), name].slice(-10);
    }
    expect(store.bytes()).toBe(100 * expected.length);
    expect(onDisk()).toBe(100 * expected.length);
  }
});

test('a restart keeps all of it, and in which order it goes', () => {
  let nowMs = 1_700_000_000_000;
  const now = (): number => nowMs;
  const store = openBlobStore(folder, 1000, now);
  const names = Array.from({ length: 10 }, (_, i) => {
    nowMs += 100_000;
    store.put(sha(blob(i)), blob(i));
    return sha(blob(i));
  });
  for (const name of names) {
    nowMs += 100_000;
    store.read(name);
  }
  nowMs += 100_000;
  store.read(names[0] ?? '');
  const again = openBlobStore(folder, 1000, now);
  expect(names.every(again.has)).toBe(true);
  again.put(sha(blob(99)), blob(99));
  expect(names.filter(name => !again.has(name))).toEqual([names[1]]);
  // A smaller cache is a smaller one at once.
  const small = openBlobStore(folder, 300, now);
  expect(small.bytes()).toBe(300);
  expect(small.has(sha(blob(99)))).toBe(true);
});

test('what is pinned stays, and where all is pinned there is no room', () => {
  const store = openBlobStore(folder, 300);
  const names = [1, 2, 3].map(seed => {
    store.put(sha(blob(seed)), blob(seed));
    return sha(blob(seed));
  });
  const unpin = store.pin(names);
  const twice = store.pin(names.slice(0, 1));
  expect(() => store.put(sha(blob(4)), blob(4))).toThrow(/--cache-size/);
  expect(names.every(store.has)).toBe(true);
  unpin();
  store.put(sha(blob(4)), blob(4));
  expect(names.map(store.has)).toEqual([true, false, true]);
  twice();
  expect(() => store.put(sha(blob(5, 301)), blob(5, 301))).toThrow(/at most/);
});

test('half-written and foreign files are no pieces, and damage is found', () => {
  openBlobStore(folder, 1000).put(sha(blob(1)), blob(1));
  const at = join(folder, sha(blob(1)).slice(0, 2));
  writeFileSync(join(at, `${sha(blob(2))}.77.partial`), 'half');
  writeFileSync(join(at, 'README'), 'mine');
  const store = openBlobStore(folder, 1000);
  expect(store.bytes()).toBe(100);
  expect(readdirSync(at).sort()).toEqual(['README', sha(blob(1))].sort());
  expect(store.check(sha(blob(1)))).toBe(false);
  writeFileSync(join(at, sha(blob(1))), 'damaged');
  expect(store.check(sha(blob(1)))).toBe(true);
  expect(store.has(sha(blob(1)))).toBe(false);
  rmSync(at, { recursive: true });
  store.put(sha(blob(1)), blob(1));
  rmSync(at, { recursive: true });
  expect(store.read(sha(blob(1)))).toBeNull();
  expect(store.has(sha(blob(1)))).toBe(false);
});
