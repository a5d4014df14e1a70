/**
 * Bytes on disk by their SHA-256, and by nothing else. They are written beside their place and renamed, so that a reader sees all or nothing.
 * What was not used for the longest time goes when there is no room; times of use are kept as times of the files, so that they survive a restart.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../errors/user-error.ts';
import { reasonOf, sha256Of } from '../host/model-file.ts';

export interface BlobStore {
  has(sha256: string): boolean;
  /** Null where it is not there. Counts as a use. */
  read(sha256: string): Uint8Array | null;
  /** False, and nothing written, for bytes that have another hash. Throws a UserError where there is no room for them. */
  put(sha256: string, bytes: Uint8Array): boolean;
  /** The file that holds it; counts as a use. Null where it is not there. */
  path(sha256: string): string | null;
  /** Keeps what is named until the function that is returned is called. */
  pin(sha256s: readonly string[]): () => void;
  /** Removes what is not the bytes of its name any more; true when it did. */
  check(sha256: string): boolean;
  readonly bytes: () => number;
}

interface Entry {
  readonly bytes: number;
  usedAtMs: number;
  /** As the file says. */
  savedAtMs: number;
}

/** Times of use are written down this coarsely. */
const savedEveryMs = 60_000;
const isName = (name: string): boolean => /^[0-9a-f]{64}$/.test(name);

/** @param limitBytes of all that is kept together */
export function openBlobStore(folder: string, limitBytes: number, now: () => number = Date.now): BlobStore {
  const entries = new Map<string, Entry>();
  const pinned = new Map<string, number>();
  let total = 0;
  const place = (sha256: string): string => join(folder, sha256.slice(0, 2), sha256);
  prepare(folder, (sha256, bytes, usedAtMs) => {
    entries.set(sha256, { bytes, usedAtMs, savedAtMs: usedAtMs });
    total += bytes;
  });

  const forget = (sha256: string): void => {
    total -= entries.get(sha256)?.bytes ?? 0;
    entries.delete(sha256);
    rmSync(place(sha256), { force: true });
  };
  const use = (sha256: string): Entry | undefined => {
    const entry = entries.get(sha256);
    if (!entry) return undefined;
    entry.usedAtMs = now();
    if (entry.usedAtMs - entry.savedAtMs > savedEveryMs) {
      entry.savedAtMs = entry.usedAtMs;
      try {
        utimesSync(place(sha256), new Date(), new Date(entry.usedAtMs));
      } catch {
        // Then it goes earlier than it might.
      }
    }
    // The map is in the order of use.
    entries.delete(sha256);
    entries.set(sha256, entry);
    return entry;
  };
  const makeRoom = (bytes: number): void => {
    for (const sha256 of entries.keys()) {
      if (total + bytes <= limitBytes) return;
      if (!pinned.has(sha256)) forget(sha256);
    }
    if (total + bytes > limitBytes) throw noRoom(folder, bytes, limitBytes);
  };
  const store: BlobStore = {
    has: sha256 => entries.has(sha256),
    read: sha256 => {
      if (!use(sha256)) return null;
      try {
        return readFileSync(place(sha256));
      } catch {
        forget(sha256);
        return null;
      }
    },
    put: (sha256, bytes) => {
      if (!isName(sha256) || sha256Of(bytes) !== sha256) return false;
      if (use(sha256)) return true;
      makeRoom(bytes.length);
      const temporary = `${place(sha256)}.${process.pid}.partial`;
      try {
        mkdirSync(join(folder, sha256.slice(0, 2)), { recursive: true });
        writeFileSync(temporary, bytes, { mode: 0o600 });
        renameSync(temporary, place(sha256));
      } catch (error) {
        rmSync(temporary, { force: true });
        throw new UserError(
          `Cannot keep a piece of a model on the device: writing to its cache failed (${reasonOf(error)}).`,
          'Free some space there, or start the agent with another --cache.',
          { cause: error },
        );
      }
      const usedAtMs = now();
      entries.set(sha256, { bytes: bytes.length, usedAtMs, savedAtMs: usedAtMs });
      total += bytes.length;
      return true;
    },
    path: sha256 => (use(sha256) ? place(sha256) : null),
    pin: sha256s => {
      for (const sha256 of sha256s) pinned.set(sha256, (pinned.get(sha256) ?? 0) + 1);
      return () => {
        for (const sha256 of sha256s) {
          const left = (pinned.get(sha256) ?? 1) - 1;
          if (left > 0) pinned.set(sha256, left);
          else pinned.delete(sha256);
        }
      };
    },
    check: sha256 => {
      const bytes = store.read(sha256);
      if (!bytes || sha256Of(bytes) === sha256) return false;
      forget(sha256);
      return true;
    },
    bytes: () => total,
  };
  makeRoom(0);
  return store;
}

const noRoom = (folder: string, bytes: number, limitBytes: number): UserError =>
  new UserError(
    `Cannot keep ${megabytes(bytes)} more on the device: the cache "${folder}" holds at most ${megabytes(limitBytes)}.`,
    'Start the agent with a larger --cache-size; twice the size of the network and more is needed.',
  );

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;

/** Tells of what is there, the least recently used first; sweeps up what writers that died left. */
function prepare(folder: string, found: (sha256: string, bytes: number, usedAtMs: number) => void): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const files = readdirSync(folder, { withFileTypes: true }).flatMap(entry =>
      entry.isDirectory() && /^[0-9a-f]{2}$/.test(entry.name)
        ? readdirSync(join(folder, entry.name)).map(name => ({ name, path: join(folder, entry.name, name) }))
        : [],
    );
    for (const { name, path } of files) if (name.endsWith('.partial')) rmSync(path, { force: true });
    const kept = files.filter(({ name }) => isName(name)).map(file => ({ ...file, stats: statSync(file.path) }));
    kept.sort((a, b) => a.stats.mtimeMs - b.stats.mtimeMs);
    for (const { name, stats } of kept) found(name, stats.size, stats.mtimeMs);
  } catch (error) {
    throw new UserError(
      `Cannot use the cache "${folder}": ${reasonOf(error)}.`,
      'Name a folder of your own with --cache.',
      { cause: error },
    );
  }
}
