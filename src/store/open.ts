/** Opens a store: an SQLite file that is created, brought up to date or only read. */
import { closeSync, mkdirSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { sql } from 'kysely';
import { UserError } from '../errors/user-error.ts';
import { strangeKind } from '../files/kind.ts';
import { currentOwner } from '../host/process-identity.ts';
import { sqliteArchive } from './sql/archive.ts';
import { tellingDamage } from './sql/damage.ts';
import { sqliteQueue } from './sql/queue.ts';
import { sqliteStudies } from './sql/studies.ts';
import { sqliteTraining } from './sql/training.ts';
import { sqliteTuning } from './sql/tuning.ts';
import { needsFilesBeside, type Patience, patience, patiently, worded } from './sqlite/failures.ts';
import { applicationId, migrate, type SchemaState, schemaState } from './sqlite/migrate.ts';
import { privateCopy } from './sqlite/private-copy.ts';
import { openSession, type Session } from './sqlite/session.ts';
import type { Store } from './store.ts';

export interface StoreOptions {
  /** Nothing is created or changed; a file and a folder that may not be written to will do. False by default. */
  readonly readOnly?: boolean;
  /** How long to wait for other processes. */
  readonly patience?: Patience;
}

/** Throws a UserError when there is no store at `path` that can be opened so, or none can be made there. */
export async function openStore(path: string, options: StoreOptions = {}): Promise<Store> {
  const session = await openStoreSession(path, options);
  const owner = currentOwner();
  const { release, ...queue } = sqliteQueue(session, owner);
  return {
    studies: tellingDamage(path, sqliteStudies(session)),
    queue: tellingDamage(path, queue, true),
    trials: tellingDamage(path, sqliteArchive(session)),
    tuning: tellingDamage(path, sqliteTuning(session)),
    training: tellingDamage(path, sqliteTraining(session)),
    close: async () => {
      // On a disk that is full the trials stay ours; the next start finds that this process is gone.
      await release().catch(() => {});
      await session.close();
    },
  };
}

/** A session on a store whose schema is that of this version. */
export async function openStoreSession(path: string, options: StoreOptions = {}): Promise<Session> {
  const limits = options.patience ?? patience;
  return options.readOnly ? openToRead(path, limits) : openToWrite(path, limits);
}

async function openToWrite(path: string, limits: Patience): Promise<Session> {
  const file = resolve(path);
  demandSqlite(path);
  try {
    mkdirSync(dirname(file), { recursive: true });
  } catch (error) {
    throw worded(error, path, 'create a folder for trials');
  }
  const session = await opened(file, path, false, limits);
  try {
    const state = await currentSchema(session, limits);
    if (state === 'empty' || state.pending > 0) {
      await patiently(path, 'create the tables', limits, async () => {
        await sql`pragma application_id = ${sql.raw(String(applicationId))}`.execute(session.db);
        await migrate(session.db, path);
      });
    }
    await patiently(path, 'store trials', limits, async () => {
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

async function openToRead(path: string, limits: Patience): Promise<Session> {
  const file = resolve(path);
  demandSqlite(path);
  if (!stat(path)) {
    throw new UserError(
      `Cannot read the store "${path}": there is no such file.`,
      'Give the path of a store with --store, or make one with "rankfront search".',
    );
  }
  let session: Session | null = null;
  try {
    session = await opened(file, path, true, limits);
    const state = await currentSchema(session, limits);
    if (state === 'empty') throw notAStore(path, 'an empty file');
    if (state.pending === 0) return onlyToRead(session);
    await session.close();
  } catch (error) {
    await session?.close();
    if (!needsFilesBeside(error)) throw error;
  }
  // An older schema, or a file in WAL mode in a folder that may not be written to: a copy is brought up to date instead.
  const copy = privateCopy(file, path);
  try {
    const copied = await openToWrite(copy.file, limits);
    return {
      ...onlyToRead(copied),
      path,
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

const onlyToRead = (session: Session): Session => ({
  ...session,
  write: async action => {
    throw new UserError(
      `Cannot ${action} in the store "${session.path}": it was opened only to be read.`,
      'Open it to be written to.',
    );
  },
});

async function opened(file: string, path: string, readOnly: boolean, limits: Patience): Promise<Session> {
  return patiently(path, readOnly ? 'read trials' : 'store trials', limits, async () =>
    openSession(file, { path, readOnly, patience: limits }),
  );
}

async function currentSchema(session: Session, limits: Patience): Promise<Exclude<SchemaState, 'foreign'>> {
  const state = await patiently(session.path, 'read trials', limits, () => schemaState(session.db, session.path));
  if (state === 'foreign') throw notAStore(session.path, 'an SQLite database of another program');
  return state;
}

/** SQLite would take a file of a few bytes for an empty database, and write over it. Nothing there, or nothing in it, will do. */
function demandSqlite(path: string): void {
  const found = stat(path);
  const kind = found && strangeKind(found);
  if (kind) throw notAStore(path, kind);
  if (!found || found.size === 0) return;
  const header = Buffer.alloc(16);
  try {
    const file = openSync(resolve(path), 'r');
    try {
      readSync(file, header);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw worded(error, path, 'read trials');
  }
  if (header.toString('latin1') !== 'SQLite format 3\0') throw notAStore(path, 'a file that is not an SQLite database');
}

/** Null when there is nothing at `path`. */
function stat(path: string): Stats | null {
  try {
    return statSync(resolve(path), { throwIfNoEntry: false }) ?? null;
  } catch (error) {
    throw worded(error, path, 'look for trials');
  }
}

const notAStore = (path: string, found: string): UserError =>
  new UserError(
    `Cannot open the store "${path}": expected a store of rankfront, found ${found}.`,
    'Give the path of a store, or of a file that does not exist yet.',
  );
