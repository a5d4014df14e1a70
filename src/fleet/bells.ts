/**
 * Bells: jobs of pg-boss, a queue that lives in the same PostgreSQL. A job says which trial to look at and nothing more. It is sent in the
 * transaction that makes the trial wait, so that there is no bell without a trial; and whoever hears one looks at the trial's row first.
 */
import { CompiledQuery, type Kysely, sql } from 'kysely';
import { type ConnectionOptions, PgBoss } from 'pg-boss';
import { patience, persistently } from '../store/postgres/failures.ts';
import type { Bells } from '../store/postgres/fleet/work.ts';
import type { Database } from '../store/sql/schema.ts';
import type { StoreSession } from '../store/sql/session.ts';

/** "RKFJ": whoever makes the schema of the jobs, beside that of the store, holds this lock of the database meanwhile. */
const lock = 0x524b464a;

/** Between a bell that is heard and the trial that is taken: milliseconds, unless the worker is killed just then. */
const heardWithinSeconds = 60;

interface BellData {
  readonly trial: number;
}

export interface Heard {
  readonly queue: string;
  readonly job: string;
  readonly trialId: number;
}

export interface OpenBells extends Bells {
  /** The next bell of that queue, which nobody else hears; null where all is quiet. */
  next(queue: string): Promise<Heard | null>;
  /** It is done with, and nobody took the trial for it. */
  forget(heard: Heard): Promise<void>;
  close(): Promise<void>;
}

type Db = Kysely<Database>;
type Connection = NonNullable<ConnectionOptions['db']>;

const run = async (db: Pick<Db, 'executeQuery'>, text: string, values: readonly unknown[]) => {
  const { rows } = await db.executeQuery(CompiledQuery.raw(text, [...values]));
  return { rows };
};

/** On any connection of the store's. Some of its texts are transactions of several statements: one that fails is ended. */
const anywhere = (db: Db): Connection => ({
  executeSql: (text: string, values: unknown[] = []) =>
    db.connection().execute(async one => {
      try {
        return await run(one, text, values);
      } catch (error) {
        await sql`rollback`.execute(one).catch(() => {});
        throw error;
      }
    }),
});

/** In the transaction of the caller. */
const within = (db: Db): ConnectionOptions => ({
  db: { executeSql: (text: string, values: unknown[] = []) => run(db, text, values) },
});

/**
 * Nothing is made or asked of the database before the first bell: a search by one machine needs none.
 *
 * @param onError told of what goes wrong while nobody asks; it is tried again
 */
export function openBells(session: StoreSession, onError: (error: Error) => void = () => {}): OpenBells {
  let starting: Promise<PgBoss> | null = null;
  const started = (): Promise<PgBoss> => {
    starting ??= startBoss(session, onError).catch((error: unknown) => {
      starting = null;
      throw error;
    });
    return starting;
  };
  const made = new Map<string, Promise<void>>();
  /** Bells of a trial that is not heard yet are one bell. */
  const ensured = async (queue: string): Promise<PgBoss> => {
    const boss = await started();
    let making = made.get(queue);
    if (!making) {
      making = boss.createQueue(queue, { policy: 'short', expireInSeconds: heardWithinSeconds, retryLimit: 3 });
      making.catch(() => made.delete(queue));
      made.set(queue, making);
    }
    await making;
    return boss;
  };
  // Tried again when a connection is lost. It holds none meanwhile: several that wait for the first would have them all.
  const prepared = (queue: string): Promise<PgBoss> =>
    persistently(session.place, 'make a queue', patience, () => ensured(queue));
  return {
    prepare: async queue => {
      await prepared(queue);
    },
    ring: async (trx, queue, trialId) => {
      const data: BellData = { trial: trialId };
      await (await ensured(queue)).send(queue, data, { singletonKey: `${trialId}`, ...within(trx) });
    },
    heard: async (trx, queue, job) => {
      await (await ensured(queue)).complete(queue, job, null, within(trx));
    },
    next: async queue => {
      const boss = await prepared(queue);
      const [job] = await session.write('look for work', db => boss.fetch<BellData>(queue, within(db)));
      return job ? { queue, job: job.id, trialId: job.data.trial } : null;
    },
    forget: async ({ queue, job }) => {
      const boss = await prepared(queue);
      await session.write('put a bell away', db => boss.complete(queue, job, null, within(db)));
    },
    close: async () => {
      if (starting) await (await starting).stop({ graceful: false });
    },
  };
}

async function startBoss({ db, write }: StoreSession, onError: (error: Error) => void): Promise<PgBoss> {
  const schema = await write('make room for jobs', async trx => {
    // Several processes may come first at once.
    await sql`select pg_advisory_xact_lock(${lock}::bigint)`.execute(trx);
    const { rows } = await sql<{ name: string }>`select current_schema() as name`.execute(trx);
    const name = rows[0]?.name === 'public' ? 'rankfront_jobs' : `${rows[0]?.name}_jobs`;
    await sql`create schema if not exists ${sql.id(name)}`.execute(trx);
    return name;
  });
  const boss = new PgBoss({
    db: anywhere(db),
    schema,
    createSchema: false,
    schedule: false,
    registerInstance: false,
    openTelemetry: { enabled: false },
    monitorVacuum: false,
    reindex: false,
  });
  boss.on('error', onError);
  return boss.start();
}
