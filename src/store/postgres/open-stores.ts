/**
 * What each open store wrote last. A connection may be lost after a transaction was told to end and before it has said how: its row here,
 * written by that transaction, tells afterwards whether it is stored. So nothing is done twice, and nothing is taken for done.
 */
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Database } from '../sql/schema.ts';

export interface OpenStoresTable {
  token: string;
  /** Counts the transactions of this store. */
  written: number;
  seen_at_ms: number;
}

export type PostgresDatabase = Database & { open_stores: OpenStoresTable };

/** Milliseconds since 1970 by the clock of the server, at this instant and not at the beginning of the transaction. */
export const serverClock = sql<number>`floor(extract(epoch from clock_timestamp()) * 1000)::bigint`;

/** What no store has touched for so long belongs to one that was killed. */
const forgottenMs = 30 * 24 * 3600 * 1000;

/** Repeated, it does nothing more. Returns the time of the server. */
export async function enter(db: Kysely<PostgresDatabase>, token: string): Promise<number> {
  const { now } = await db
    .insertInto('open_stores')
    .values({ token, written: 0, seen_at_ms: serverClock })
    .onConflict(conflict => conflict.column('token').doUpdateSet({ seen_at_ms: serverClock }))
    .returning(serverClock.as('now'))
    .executeTakeFirstOrThrow();
  await db
    .deleteFrom('open_stores')
    .where('seen_at_ms', '<', now - forgottenMs)
    .execute();
  return now;
}

export async function leave(db: Kysely<PostgresDatabase>, token: string): Promise<void> {
  await db.deleteFrom('open_stores').where('token', '=', token).execute();
}

/** The first statement of the transaction of that number; the row is locked until it ends. Returns the time of the server. */
export async function mark(db: Transaction<PostgresDatabase>, token: string, number: number): Promise<number> {
  const { now } = await db
    .insertInto('open_stores')
    .values({ token, written: number, seen_at_ms: serverClock })
    .onConflict(conflict => conflict.column('token').doUpdateSet({ written: number, seen_at_ms: serverClock }))
    .returning(serverClock.as('now'))
    .executeTakeFirstOrThrow();
  return now;
}

/**
 * Whether the transaction of that number is stored. `for update` waits for it where the server has not noticed yet that its connection is
 * lost, and may still end it.
 */
export async function isStored(db: Kysely<PostgresDatabase>, token: string, number: number): Promise<boolean> {
  const row = await db
    .selectFrom('open_stores')
    .select('written')
    .where('token', '=', token)
    .forUpdate()
    .executeTakeFirst();
  return row?.written === number;
}
