/** One open PostgreSQL database: its connections, its clock, and how work is run on it though connections are lost. */
import { randomUUID } from 'node:crypto';
import { Kysely } from 'kysely';
import type { Patience, StoreOptions } from '../options.ts';
import type { Database } from '../sql/schema.ts';
import type { StoreSession } from '../sql/session.ts';
import { connectPool } from './connect.ts';
import { damagedDatabase } from './damage.ts';
import { pgDialect } from './driver.ts';
import { connectionLost, persistently } from './failures.ts';
import { notified } from './listen.ts';
import { enter, isStored, leave, mark, type PostgresDatabase } from './open-stores.ts';

export interface OpenDatabaseOptions {
  /** As it may be shown: without a password. */
  readonly place: string;
  readonly readOnly: boolean;
  readonly patience: Patience;
  /** Milliseconds since 1970; the clock of the server by default. */
  readonly clock?: (() => number) | undefined;
  readonly onWaiting?: StoreOptions['onWaiting'];
}

export interface PostgresSession extends StoreSession {
  /** Once, when the tables are there. Before it nothing can be written. */
  enter(): Promise<void>;
  /** What the server says that its time is, in milliseconds since 1970. */
  readonly heard: (serverMs: number) => void;
}

/** How long a transaction may stand open with nothing said: the rows that it has locked are let go when its machine is cut off. */
const idleMs = 60_000;

const shortlyMs = 3000;

export async function openPostgresSession(url: string, options: OpenDatabaseOptions): Promise<PostgresSession> {
  const { place, readOnly, patience, onWaiting } = options;
  const { pool, close } = await connectPool(url, patience.busyTimeoutMs);
  const settings = [
    `set statement_timeout = ${patience.busyTimeoutMs}`,
    `set idle_in_transaction_session_timeout = ${idleMs}`,
    ...(readOnly ? ['set default_transaction_read_only = on'] : []),
  ];
  const db = new Kysely<PostgresDatabase>({ dialect: pgDialect(pool, settings.join('; ')) });
  const token = randomUUID();
  const clock = serverClockOver();
  let entered = false;
  let written = 0;
  let last: Promise<unknown> = Promise.resolve();
  let gone = false;

  /** Once a server was waited for in vain, whoever comes next is not to wait as long again, such as what is put away at the end. */
  const answered = async <T>(action: string, work: () => Promise<T>): Promise<T> => {
    const giveUpMs = gone ? Math.min(patience.giveUpMs, shortlyMs) : patience.giveUpMs;
    try {
      const result = await persistently(place, action, { giveUpMs, onWaiting }, work);
      gone = false;
      return result;
    } catch (error) {
      gone = connectionLost((error as Error).cause);
      throw error;
    }
  };

  /** One transaction after the other: then one number tells of each whether it is stored. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work, work);
    last = next.catch(() => {});
    return next;
  };

  const writeOnce = async <T>(action: string, work: Parameters<typeof session.write<T>>[1]): Promise<T> => {
    const number = ++written;
    let open: { readonly result: T } | null = null;
    return answered(action, async () => {
      if (open && (await db.transaction().execute(trx => isStored(trx, token, number)))) return open.result;
      open = null;
      try {
        return await db.transaction().execute(async trx => {
          clock.set(await mark(trx, token, number));
          const result = await work(trx as never);
          open = { result };
          return result;
        });
      } catch (error) {
        // Only a connection that is lost at the end leaves open how it ended.
        if (!connectionLost(error)) open = null;
        throw error;
      }
    });
  };

  const session: PostgresSession = {
    db: db as unknown as Kysely<Database>,
    place,
    // Of one instant, however many statements it takes.
    read: (action, work) =>
      answered(action, () =>
        db
          .transaction()
          .setIsolationLevel('repeatable read')
          .setAccessMode('read only')
          .execute(trx => work(trx as unknown as Kysely<Database>)),
      ),
    write: (action, work) => inTurn(() => writeOnce(action, work)),
    now: options.clock ?? clock.now,
    damaged: (action, sign, cause) => damagedDatabase(place, action, sign, cause),
    heard: clock.set,
    watch: notified(url),
    enter: async () => {
      clock.set(await answered('store trials', () => enter(db, token)));
      entered = true;
    },
    close: async () => {
      await last;
      if (entered) await leave(db, token).catch(() => {});
      await db.destroy();
      await close();
    },
  };
  return session;
}

/** The clock of the server between two looks at it; a clock of this machine that is set anew does not move it. */
function serverClockOver(): { readonly now: () => number; readonly set: (serverMs: number) => void } {
  let at = { serverMs: Date.now(), here: performance.now() };
  return {
    now: () => Math.floor(at.serverMs + performance.now() - at.here),
    set: serverMs => {
      at = { serverMs, here: performance.now() };
    },
  };
}
