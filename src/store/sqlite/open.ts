/** Opens a store that is one SQLite file: it is created, brought up to date or only read. */
import { closeSync, mkdirSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { sql } from 'kysely';
import { UserError } from '../../errors/user-error.ts';
import { strangeKind } from '../../files/kind.ts';
import type { Patience, StoreOptions } from '../options.ts';
import type { StoreSession } from '../sql/session.ts';
import { needsFilesBeside, patience, patiently, worded } from './failures.ts';
import { applicationId, migrate, type SchemaState, schemaState } from './migrate.ts';
import { privateCopy } from './private-copy.ts';
import { openSqliteSession } from './session.ts';

/** What a file is opened with; `place` is how the user calls it. */
interface Opening extends Pick<StoreOptions, 'mustExist' | 'clock'> {
  readonly place: string;
  readonly limits: Patience;
}

/**
 * A session on a store whose schema is that of this version. Throws a UserError when there is no store in `file` that can be opened so, or
 * none can be made there.
 */
export async function openStoreFile(file: string, place: string, options: StoreOptions): Promise<StoreSession> {
  const opening = { ...options, place, limits: options.patience ?? patience };
  return options.readOnly ? openToRead(resolve(file), opening) : openToWrite(resolve(file), opening);
}

async function openToWrite(file: string, opening: Opening): Promise<StoreSession> {
  const { place, limits, mustExist } = opening;
  demandSqlite(file, place);
  if (mustExist) demandThere(file, place);
  try {
    mkdirSync(dirname(file), { recursive: true });
  } catch (error) {
    throw worded(error, place, 'create a folder for trials');
  }
  const session = await opened(file, false, opening);
  try {
    const state = await currentSchema(session, limits);
    if (state === 'empty' && mustExist) throw notAStore(place, 'an empty file');
    if (state === 'empty' || state.pending > 0) {
      await patiently(place, 'create the tables', limits, async () => {
        await sql`pragma application_id = ${sql.raw(String(applicationId))}`.execute(session.db);
        await migrate(session.db, place);
      });
    }
    await patiently(place, 'store trials', limits, async () => {
      const mode = await sql<{ journal_mode: string }>`pragma journal_mode`.execute(session.db);
      // Readers never wait for a writer. The mode is kept in the file; some network drives refuse it, and do without.
      if (mode.rows[0]?.journal_mode !== 'wal') await sql`pragma journal_mode = wal`.execute(session.db);
    });
    // The write lock is taken and given back: a file that may not be written is found now, not after the first trial.
    await session.write('store trials', async () => {});
    return session;
  } catch (error) {
    await session.close();
    throw error;
  }
}

async function openToRead(file: string, opening: Opening): Promise<StoreSession> {
  const { place, limits } = opening;
  demandSqlite(file, place);
  demandThere(file, place);
  let session: StoreSession | null = null;
  try {
    session = await opened(file, true, opening);
    const state = await currentSchema(session, limits);
    if (state === 'empty') throw notAStore(place, 'an empty file');
    if (state.pending === 0) return onlyToRead(session);
    await session.close();
  } catch (error) {
    await session?.close();
    if (!needsFilesBeside(error)) throw error;
  }
  // An older schema, or a file in WAL mode in a folder that may not be written to: a copy is brought up to date instead.
  const copy = privateCopy(file, place);
  try {
    const copied = await openToWrite(copy.file, opening);
    return {
      ...onlyToRead(copied),
      close: async () => {
        await copied.close();
        copy.remove();
      },
    };
  } catch (error) {
    copy.remove();
    throw error;
  }
}

const onlyToRead = (session: StoreSession): StoreSession => ({
  ...session,
  write: async action => {
    throw new UserError(
      `Cannot ${action} in the store "${session.place}": it was opened only to be read.`,
      'Open it to be written to.',
    );
  },
});

async function opened(file: string, readOnly: boolean, { place, limits, clock }: Opening): Promise<StoreSession> {
  return patiently(place, readOnly ? 'read trials' : 'store trials', limits, async () =>
    openSqliteSession(file, { place, readOnly, patience: limits, clock }),
  );
}

async function currentSchema(session: StoreSession, limits: Patience): Promise<Exclude<SchemaState, 'foreign'>> {
  const state = await patiently(session.place, 'read trials', limits, () => schemaState(session.db, session.place));
  if (state === 'foreign') throw notAStore(session.place, 'an SQLite database of another program');
  return state;
}

/** SQLite would take a file of a few bytes for an empty database, and write over it. Nothing there, or nothing in it, will do. */
function demandSqlite(file: string, place: string): void {
  const found = stat(file, place);
  const kind = found && strangeKind(found);
  if (kind) throw notAStore(place, kind);
  if (!found || found.size === 0) return;
  const header = Buffer.alloc(16);
  try {
    const opened = openSync(file, 'r');
    try {
      readSync(opened, header);
    } finally {
      closeSync(opened);
    }
  } catch (error) {
    throw worded(error, place, 'read trials');
  }
  if (header.toString('latin1') !== 'SQLite format 3\0')
    throw notAStore(place, 'a file that is not an SQLite database');
}

function demandThere(file: string, place: string): void {
  if (stat(file, place)) return;
  throw new UserError(
    `Cannot read the store "${place}": there is no such file.`,
    'Give the path of a store with --store, or make one with "rankfront search".',
  );
}

/** Null when there is nothing at `file`. */
function stat(file: string, place: string): Stats | null {
  try {
    return statSync(file, { throwIfNoEntry: false }) ?? null;
  } catch (error) {
    throw worded(error, place, 'look for trials');
  }
}

const notAStore = (place: string, found: string): UserError =>
  new UserError(
    `Cannot open the store "${place}": expected a store of rankfront, found ${found}.`,
    'Give the path of a store, or of a file that does not exist yet.',
  );
