/** One open database, whichever it is: what the queries need of it. */
import type { Kysely, Transaction } from 'kysely';
import type { UserError } from '../../errors/user-error.ts';
import type { StoreWatch } from '../watch.ts';
import type { Database } from './schema.ts';

export interface StoreSession {
  readonly db: Kysely<Database>;
  /** Where it is, as it was given. */
  readonly place: string;
  /** Runs statements that change nothing. `action` completes "Cannot ... in the store". */
  read<T>(action: string, work: (db: Kysely<Database>) => Promise<T>): Promise<T>;
  /**
   * Runs `work` in one transaction; it may run again when another process is in the way. A database that lets several write at once
   * must give it at least what PostgreSQL calls READ COMMITTED: rows that it has changed are its own until its end.
   */
  write<T>(action: string, work: (db: Transaction<Database>) => Promise<T>): Promise<T>;
  /** Milliseconds since 1970, by the clock that leases are counted by. */
  now(): number;
  /** What to say where the content is not what was written. */
  damaged(action: string, sign: string, cause?: unknown): UserError;
  /** Where the database tells of writes by itself. */
  readonly watch?: StoreWatch;
  close(): Promise<void>;
}
