/** One open SQLite file: its connection, how long to wait for others, and how work is run on it. */
import type { DatabaseSync } from 'node:sqlite';
import { Kysely, type Transaction } from 'kysely';
import type { Database } from '../sql/schema.ts';
import { nodeSqliteDialect } from './dialect.ts';
import { type Patience, patiently } from './failures.ts';

export interface Session {
  readonly db: Kysely<Database>;
  /** As it was given. */
  readonly path: string;
  /** Runs statements that change nothing. `action` completes "Cannot ... in the store". */
  read<T>(action: string, work: (db: Kysely<Database>) => Promise<T>): Promise<T>;
  /** Runs `work` in one transaction that holds the write lock from its start; it may run again when another process is in the way. */
  write<T>(action: string, work: (db: Transaction<Database>) => Promise<T>): Promise<T>;
  /** Milliseconds since 1970. */
  now(): number;
  close(): Promise<void>;
}

export interface OpenFileOptions {
  readonly path: string;
  readonly readOnly: boolean;
  readonly patience: Patience;
}

/** Opens or creates the file; nothing is read from it yet. */
export function openSession(file: string, { path, readOnly, patience }: OpenFileOptions): Session {
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
    path,
    read: (action, work) => patiently(path, action, patience, () => work(db)),
    write: (action, work) => patiently(path, action, patience, () => db.transaction().execute(work)),
    now: () => Date.now(),
    close: async () => {
      await db.destroy();
      database.close();
    },
  };
}

/** node:sqlite is loaded here and not at the top, so that node's word on its being experimental is not said to the user. */
function openDatabase(file: string, readOnly: boolean): DatabaseSync {
  const emit = process.emitWarning;
  process.emitWarning = (warning: string | Error, ...rest: unknown[]) => {
    if (!/SQLite is an experimental feature/.test(String(warning))) Reflect.apply(emit, process, [warning, ...rest]);
  };
  try {
    const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
    return new DatabaseSync(file, { readOnly });
  } finally {
    process.emitWarning = emit;
  }
}
