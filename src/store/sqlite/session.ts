/** One open SQLite file: its connection, how long to wait for others, and how work is run on it. */
import { Kysely } from 'kysely';
import type { Patience } from '../options.ts';
import type { Database } from '../sql/schema.ts';
import type { StoreSession } from '../sql/session.ts';
import { damaged } from './damage.ts';
import { nodeSqliteDialect } from './dialect.ts';
import { patiently } from './failures.ts';
import { openDatabase } from './open-database.ts';

export interface OpenFileOptions {
  /** As it was given, for what is said of it. */
  readonly place: string;
  readonly readOnly: boolean;
  readonly patience: Patience;
  /** Milliseconds since 1970; the clock of this machine by default. */
  readonly clock?: (() => number) | undefined;
}

/** Opens or creates the file; nothing is read from it yet. */
export function openSqliteSession(
  file: string,
  { place, readOnly, patience, clock = Date.now }: OpenFileOptions,
): StoreSession {
  const database = openDatabase(file, readOnly);
  try {
    database.exec(`pragma busy_timeout = ${patience.busyTimeoutMs}`);
    if (!readOnly) {
      database.exec('pragma foreign_keys = on');
      // In WAL mode NORMAL survives `kill -9`, and FULL a power cut as well. A trial takes seconds: its fsync is not felt.
      database.exec('pragma synchronous = full');
    }
  } catch (error) {
    database.close();
    throw error;
  }
  const db = new Kysely<Database>({ dialect: nodeSqliteDialect(database) });
  return {
    db,
    place,
    read: (action, work) => patiently(place, action, patience, () => work(db)),
    // The write lock is held from the start (see the dialect): whoever writes sees what all others have written.
    write: (action, work) => patiently(place, action, patience, () => db.transaction().execute(work)),
    now: clock,
    damaged: (action, sign, cause) => damaged(place, action, sign, cause),
    close: async () => {
      await db.destroy();
      database.close();
    },
  };
}
